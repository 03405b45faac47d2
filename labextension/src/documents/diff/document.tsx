/** The document with what differs between two versions. */

import { UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { DiffModel } from '../../models';
import { State } from '../../panel/states';
import { tableIcon } from '../../panel/icons';
import type { Words } from '../../panel/words';
import { WorkbenchDocument } from '../document';
import { GridHost } from '../grid-host';
import { nameOf } from '../version';
import { ColumnList } from './columns';
import { CellDetail } from './detail';
import { DiffRows } from './rows';
import { Summary } from './summary';
import { DiffToolbar } from './toolbar';

export interface IDiffDocumentOptions {
  model: DiffModel;
  words: Words;
  download: (href: string) => void;
}

export class DiffDocument extends WorkbenchDocument<DiffModel> {
  constructor(options: IDiffDocumentOptions) {
    const { model, words } = options;
    const rows = new DiffRows(model, words.trans);
    super(model, <Diff {...options} rows={rows} />, () => {
      const { dataset, from, to } = model.of;
      const label = `${dataset}: ${nameOf(from)} → ${nameOf(to)}`;
      return { icon: tableIcon, label, region: words.trans.__('Diff of %1', label) };
    });
    this.rows = rows;
    void model.load();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.rows.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.rows.grid?.activate();
  }

  private readonly rows: DiffRows;
}

function Diff(props: IDiffDocumentOptions & { rows: DiffRows }): JSX.Element {
  const { model, rows, words } = props;
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <UseSignal signal={rows.changed}>
          {() => (
            <div className="jp-dsa-diff" onKeyDown={event => onKey(event, rows)}>
              <DiffToolbar {...props} />
              {model.problem && <Wrong model={model} words={words} />}
              {!model.diff && model.isLoading && <State title={words.trans.__('Comparing…')} />}
              <Summary model={model} words={words} />
              {model.source && (
                <div className="jp-dsa-diff-body">
                  <ColumnList model={model} words={words} />
                  <div className="jp-dsa-diff-rows">
                    {model.source.rows > 0 ? (
                      rows.grid && <GridHost grid={rows.grid} />
                    ) : (
                      <State title={words.trans.__('No row differs in this way')} />
                    )}
                    {model.source.rows > 0 && <CellDetail rows={rows} words={words} />}
                  </div>
                </div>
              )}
            </div>
          )}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Wrong({ model, words }: { model: DiffModel; words: Words }): JSX.Element {
  const { trans } = words;
  const again = { label: trans.__('Try again'), run: () => void model.load() };
  return (
    <State isAlert title={trans.__('The versions could not be compared')} action={again}>
      {model.problem?.message} {model.problem?.hint}
    </State>
  );
}

/** Go from change to change, unless somebody types. */
function onKey(event: React.KeyboardEvent, rows: DiffRows): void {
  const isTyping = event.target instanceof HTMLElement && event.target.closest('input, select');
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isNext = event.key === 'F7' ? !event.shiftKey : event.key === 'n';
  const isBack = event.key === 'F7' ? event.shiftKey : event.key === 'p';
  if (!isPlain || (isTyping && event.key !== 'F7') || !(isNext || isBack)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  void rows.step(isNext ? 1 : -1);
}
