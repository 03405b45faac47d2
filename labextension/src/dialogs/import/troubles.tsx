/** What went wrong, and what can be done about it without bringing the files again. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Problem } from '../../api';
import type { IConflict, ImportModel } from '../../models';
import type { ImportWords } from './words';

interface ITroublesProps {
  model: ImportModel;
  words: ImportWords;
}

export function Troubles({ model, words }: ITroublesProps): JSX.Element | null {
  if (model.conflict) {
    return <Conflict conflict={model.conflict} model={model} words={words} />;
  }
  return model.problem ? <Refused problem={model.problem} model={model} words={words} /> : null;
}

function Refused({ problem, model, words }: ITroublesProps & { problem: Problem }): JSX.Element {
  const { trans } = words;
  const isGone = problem.status === 404 && model.phase === 'looking';
  return (
    <div className="jp-dsa-import-trouble" role="alert">
      <b>{problem.message}</b> {problem.hint}
      {model.phase === 'looking' && (
        <div className="jp-dsa-import-row">
          {isGone ? (
            <Button small onClick={() => void model.again()}>
              {trans.__('Bring the files again')}
            </Button>
          ) : (
            <Button small onClick={() => void model.look()}>
              {trans.__('Preview again')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** Explain who moved the branch, when, and with which message. */
function Conflict(props: ITroublesProps & { conflict: IConflict }): JSX.Element {
  const { conflict, model, words } = props;
  const { trans } = words;
  const place = words.spec(model.place);
  const [latest] = conflict.commits;
  const more = conflict.commits.length - 1;
  return (
    <div className="jp-dsa-import-trouble" role="alert">
      <b>
        {latest
          ? trans.__(
              '%1 moved %2 %3, with “%4”.',
              latest.author,
              place,
              words.words.ago(latest.time),
              latest.message
            )
          : conflict.problem.message}
      </b>{' '}
      {more > 0 &&
        trans._n(
          'One more commit came before.',
          '%2 more commits came before.',
          more,
          `${more}`
        )}{' '}
      {trans.__('Nothing was committed, and your files are still here.')}
      <div className="jp-dsa-import-row">
        <Button className="jp-mod-styled jp-mod-accept" onClick={() => void model.look()}>
          {trans.__('Preview again on the new head')}
        </Button>
      </div>
    </div>
  );
}
