/** A graph of commits and what is known of the chosen one, drawn: for the document of JupyterLab, and for the widget. */

import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { Details, type ICommitActions } from './details';
import { CommitList } from './list';
import { HistoryToolbar } from './toolbar';

export interface IHistoryViewProps {
  model: HistoryModel;
  words: Words;
  actions: ICommitActions;
}

export function HistoryView({ model, words, actions }: IHistoryViewProps): JSX.Element {
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
