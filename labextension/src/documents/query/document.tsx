/** The document with a query: its text above, what came of it below. */

import type { IEditorServices } from '@jupyterlab/codeeditor';
import { UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { type IResult, type QueryModel, SqlCompleter } from '../../models';
import { tableIcon } from '../../panel/icons';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { GridHost } from '../../parts/grid-host';
import { WorkbenchDocument } from '../document';
import { SqlEditor } from './editor';
import { EditorHost } from './editor-host';
import { QueryRows } from './rows';
import { type IQueryActions, QueryToolbar, shortened } from './toolbar';

export interface IQueryDocumentOptions {
  model: QueryModel;
  words: Words;
  services: IEditorServices;
  actions: IQueryActions;
}

/** Characters of the query in its tab. */
const TITLE = 24;

export class QueryDocument extends WorkbenchDocument<QueryModel> {
  constructor(options: IQueryDocumentOptions) {
    const { model, words, services } = options;
    const { trans } = words;
    const completer = new SqlCompleter(model.client);
    const editor = new SqlEditor({ model, services, completer, label: trans.__('Query in SQL') });
    const rows = new QueryRows(model, trans);
    super(model, <Query {...options} editor={editor} rows={rows} />, () => ({
      icon: tableIcon,
      label: model.isEmpty ? trans.__('Query') : shortened(model.text, TITLE),
      caption: model.text,
      region: trans.__('Query')
    }));
    this.editor = editor;
    this.rows = rows;
    this.addClass('jp-dsa-query-document');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.rows.dispose();
      this.editor.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.editor.focus();
  }

  private readonly editor: SqlEditor;
  private readonly rows: QueryRows;
}

interface IQueryProps extends IQueryDocumentOptions {
  editor: SqlEditor;
  rows: QueryRows;
}

function Query({ model, words, actions, editor, rows }: IQueryProps): JSX.Element {
  const { trans } = words;
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <div className="jp-dsa-query">
          <QueryToolbar model={model} words={words} actions={actions} />
          <EditorHost editor={editor} />
          {model.problem && (
            <div className="jp-dsa-query-problem" role="alert">
              <strong>{model.problem.message}</strong> {model.problem.hint}
            </div>
          )}
          {model.isRunning && <p className="jp-dsa-quiet">{trans.__('Running…')}</p>}
          {model.result && <Told result={model.result} words={words} />}
          {rows.grid && <GridHost grid={rows.grid} />}
          {!model.result && !model.isRunning && !model.problem && (
            <State title={trans.__('Ask any version in SQL')}>
              {trans.__(
                'A version stands where SQL has a table: sales, sales@main~1, "book@main:Q 1". Shift+Enter runs the query, in your own server.'
              )}
            </State>
          )}
        </div>
      )}
    </UseSignal>
  );
}

/** Say how much there is, and which commits it is of. */
function Told({ result, words }: { result: IResult; words: Words }): JSX.Element {
  const { trans } = words;
  const { source, versions, hasMore, seconds } = result;
  const rows = hasMore
    ? trans.__('The first %1 rows; there are more', words.number(source.rows))
    : words.rows(source.rows);
  return (
    <p className="jp-dsa-query-told" role="status">
      <span>{rows}</span>
      <span>{trans.__('%1 s', seconds.toFixed(seconds < 10 ? 2 : 0))}</span>
      {Object.entries(versions).map(([name, commit]) => (
        <span key={name} title={commit}>
          {trans.__('%1 is %2', name, commit.slice(0, 10))}
        </span>
      ))}
    </p>
  );
}
