/** The document with the history of a dataset: a graph of commits, and beside it what is known of the chosen one. */

import { UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import { branchIcon } from '../../panel/icons';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { WorkbenchDocument } from '../document';
import { Details, type ICommitActions } from './details';
import { CommitList } from './list';
import { HistoryToolbar } from './toolbar';

export interface IHistoryDocumentOptions {
  model: HistoryModel;
  words: Words;
  actions: ICommitActions;
}

export class HistoryDocument extends WorkbenchDocument<HistoryModel> {
  constructor(options: IHistoryDocumentOptions) {
    const { model, words } = options;
    const label = words.trans.__('History of %1', model.dataset);
    super(model, <History {...options} />, () => ({ icon: branchIcon, label, region: label }));
    void model.load();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="listbox"]')?.focus();
  }
}

function History({ model, words, actions }: IHistoryDocumentOptions): JSX.Element {
  const compare = () => {
    const { pair, detail } = model;
    const parent = detail?.parents[0];
    if (pair) {
      actions.compare(pair.from.id, pair.to.id);
    } else if (detail && parent !== undefined) {
      actions.compare(parent, detail.id);
    }
  };
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <div className="jp-dsa-history">
          <HistoryToolbar model={model} words={words} compare={compare} />
          {model.commits.length > 0 ? (
            <div className="jp-dsa-history-body">
              <CommitList model={model} words={words} compare={compare} />
              <Details model={model} words={words} actions={actions} />
            </div>
          ) : (
            <Nothing model={model} words={words} />
          )}
        </div>
      )}
    </UseSignal>
  );
}

/** Say why there is no commit to show. */
function Nothing({ model, words }: { model: HistoryModel; words: Words }): JSX.Element {
  const { trans } = words;
  if (model.problem) {
    const again = { label: trans.__('Try again'), run: () => void model.load() };
    return (
      <State isAlert title={trans.__('The history could not be read')} action={again}>
        {model.problem.message} {model.problem.hint}
      </State>
    );
  }
  return model.isLoading ? (
    <State title={trans.__('Loading…')} />
  ) : (
    <State title={trans.__('Nothing is committed yet')}>
      {trans.__('What is imported into %1 stands here as commits.', model.dataset)}
    </State>
  );
}
