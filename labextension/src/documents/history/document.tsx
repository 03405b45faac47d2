/** The document with the history of a dataset: a graph of commits, and beside it what is known of the chosen one. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import { branchIcon } from '../../panel/icons';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { Details, type ICommitActions } from './details';
import { CommitList } from './list';
import { HistoryToolbar } from './toolbar';

export interface IHistoryDocumentOptions {
  model: HistoryModel;
  words: Words;
  actions: ICommitActions;
}

export class HistoryDocument extends MainAreaWidget<ReactWidget> {
  constructor(options: IHistoryDocumentOptions) {
    const { model, words } = options;
    super({ content: ReactWidget.create(<History {...options} />) });
    this.model = model;
    this.addClass('jp-dsa-document');
    this.toolbar.hide();
    this.title.icon = branchIcon;
    this.title.label = words.trans.__('History of %1', model.dataset);
    this.title.closable = true;
    this.content.node.setAttribute('role', 'region');
    this.content.node.setAttribute('aria-label', this.title.label);
    void model.load();
  }

  readonly model: HistoryModel;

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.model.setVisible(this.isVisible);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.setVisible(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.model.setVisible(false);
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
