/** The document with the rows of a table at a version. */

import { UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { TableModel } from '../../models';
import { tableIcon } from '../../panel/icons';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { WorkbenchDocument } from '../document';
import { GridHost } from '../../parts/grid-host';
import { nameOf } from '../version';
import { Notes } from './notes';
import { DataRows } from './rows';
import { DataToolbar } from './toolbar';

export interface IDataDocumentOptions {
  model: TableModel;
  words: Words;
}

export class DataDocument extends WorkbenchDocument<TableModel> {
  constructor(options: IDataDocumentOptions) {
    const { model, words } = options;
    const rows = new DataRows(model, words.trans);
    super(model, <Data {...options} rows={rows} />, () => {
      const label = specOf(model);
      const caption = model.schema ? `${label}\n${model.schema.commit}` : label;
      return { icon: tableIcon, label, caption, region: words.trans.__('Rows of %1', label) };
    });
    this.rows = rows;
    void model.load();
  }

  readonly rows: DataRows;

  override dispose(): void {
    if (!this.isDisposed) {
      this.rows.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.rows.focus();
  }
}

/** Name a table as magics and Python take it, with short commit ids. */
export function specOf({ of: { dataset, at }, table, schema }: TableModel): string {
  const isOnly = table === undefined || (schema?.tables.length ?? 1) === 1;
  const version = at === 'main' ? '' : `@${nameOf(at)}`;
  return `${dataset}${version}${isOnly ? '' : `:${table}`}`;
}

function Data({ model, words, rows }: IDataDocumentOptions & { rows: DataRows }): JSX.Element {
  const note = React.useId();
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <UseSignal signal={rows.changed}>
          {() => (
            <div className="jp-dsa-data">
              <div className="jp-dsa-data-head">
                <DataToolbar model={model} words={words} jump={row => rows.jump(row)} note={note} />
                <Notes model={model} words={words} id={note} />
              </div>
              <Body model={model} words={words} rows={rows} />
            </div>
          )}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Body({ model, words, rows }: IDataDocumentOptions & { rows: DataRows }): JSX.Element {
  const { trans } = words;
  if (model.problem) {
    const again = { label: trans.__('Try again'), run: () => void model.load() };
    return (
      <State isAlert title={trans.__('The table cannot be shown')} action={again}>
        {model.problem.message} {model.problem.hint}
      </State>
    );
  }
  if (!model.shown || !rows.grid) {
    return <State title={trans.__('Loading…')} />;
  }
  if (model.shown.rows === 0 && model.shown.where) {
    const all = { label: trans.__('Show all rows'), run: () => void model.filter('') };
    return <State title={trans.__('No row is so')} action={all} />;
  }
  if (model.shown.rows === 0) {
    return <State title={trans.__('The table has no rows')} />;
  }
  return <GridHost grid={rows.grid} attached={() => rows.attached()} />;
}
