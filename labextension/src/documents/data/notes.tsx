/** What there is to tell below the toolbar: why a condition cannot be taken, and that the branch has moved. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TableModel } from '../../models';
import type { Words } from '../../panel/words';

interface INotesProps {
  model: TableModel;
  words: Words;
  /** The id of the note about the condition, for the box that it is about. */
  id: string;
}

export function Notes({ model, words, id }: INotesProps): JSX.Element {
  const { conditionProblem, newer } = model;
  const { trans } = words;
  return (
    <>
      {conditionProblem && (
        <p id={id} className="jp-dsa-note jp-dsa-refused" role="alert">
          <span>
            {conditionProblem.message} {conditionProblem.hint}
          </span>
        </p>
      )}
      {newer > 0 && (
        <p className="jp-dsa-note" role="status">
          <span>{movedText(model, words)}</span>
          <Button className="jp-mod-styled jp-dsa-small" onClick={() => void model.load()}>
            {trans.__('Show newest')}
          </Button>
        </p>
      )}
    </>
  );
}

function movedText({ newer, of: { at } }: TableModel, { trans }: Words): string {
  return Number.isFinite(newer)
    ? trans._n(
        '%2 has %1 newer commit. What you see stays as it is.',
        '%2 has %1 newer commits. What you see stays as it is.',
        newer,
        at
      )
    : trans.__('%1 points elsewhere by now. What you see stays as it is.', at);
}
