/** The item of the status bar: the connection, or the job at work and how far it is; a click shows the panel. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { StatusModel } from '../models';
import { type Words, workbenchIcon } from '../panel';
import { statusTold } from './words';

export class StatusItem extends ReactWidget {
  constructor(
    private readonly model: StatusModel,
    private readonly words: Words,
    private readonly open: () => void
  ) {
    super();
    this.addClass('jp-dsa-status-item');
  }

  protected render(): JSX.Element {
    const { model, words, open } = this;
    return (
      <UseSignal signal={model.changed}>{() => <Status {...{ model, words, open }} />}</UseSignal>
    );
  }
}

interface IStatusProps {
  model: StatusModel;
  words: Words;
  open: () => void;
}

function Status({ model, words, open }: IStatusProps): JSX.Element {
  const { short, long, isWrong, share } = statusTold(model, words);
  return (
    <button
      className="jp-dsa-status"
      data-dsa-wrong={isWrong}
      aria-label={long}
      title={long}
      onClick={open}
    >
      <workbenchIcon.react tag="span" className="jp-dsa-icon" />
      <span className="jp-dsa-name">{short}</span>
      {share !== undefined && (
        <span className="jp-dsa-status-bar" aria-hidden="true">
          <span style={{ width: `${Math.floor(share * 100)}%` }} />
        </span>
      )}
    </button>
  );
}
