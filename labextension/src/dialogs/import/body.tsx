/** The dialog's content: a heading, what belongs to the phase, and the buttons below. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import { type ImportModel, isName, type PlacesModel } from '../../models';
import { Options } from './options';
import { Place } from './place';
import { Reading } from './reading';
import { Result } from './result';
import { Sending } from './sending';
import { Troubles } from './troubles';
import type { ImportWords } from './words';

export interface IActions {
  /** Give up. */
  cancel: () => void;
  /** Go on without being seen; absent where it is always seen. */
  hide?: () => void;
}

interface IBodyProps {
  model: ImportModel;
  places: PlacesModel;
  words: ImportWords;
  actions: IActions;
}

export function Body({ model, places, words, actions }: IBodyProps): JSX.Element {
  const { trans } = words;
  const { phase, preview } = model;
  const begin = () => void model.begin();
  return (
    <div className="jp-dsa-import-body">
      <header>
        <h2 id="jp-dsa-import-title" tabIndex={-1}>
          {words.title(model)}
        </h2>
        {phase !== 'place' && (
          <span className="jp-dsa-import-place">
            {trans.__('into %1', words.spec(model.place))}
            {(phase === 'uploading' || phase === 'looking') && (
              <Button minimal small onClick={() => void model.replace()}>
                {trans.__('Change')}
              </Button>
            )}
          </span>
        )}
      </header>
      <div className="jp-dsa-import-content">
        {phase === 'place' && <Place model={model} places={places} words={words} submit={begin} />}
        {phase === 'uploading' && <Sending model={model} words={words} />}
        <Troubles model={model} words={words} />
        {phase !== 'place' && phase !== 'uploading' && (
          <>
            <fieldset className="jp-dsa-import-form" disabled={phase !== 'looking'}>
              <Options model={model} words={words} />
              <Reading model={model} words={words} />
            </fieldset>
            {preview && <Result preview={preview} model={model} words={words} />}
          </>
        )}
      </div>
      <footer>
        <output aria-live="polite" className="jp-dsa-import-status">
          {statusOf(model, words)}
        </output>
        <Button className="jp-mod-styled jp-mod-reject" onClick={actions.cancel}>
          {trans.__('Cancel')}
        </Button>
        {phase !== 'place' && actions.hide && (
          <Button
            className="jp-mod-styled"
            title={trans.__('Go on without this dialog; a notification brings it back')}
            onClick={actions.hide}
          >
            {trans.__('Hide')}
          </Button>
        )}
        <Main model={model} words={words} begin={begin} />
      </footer>
    </div>
  );
}

interface IMainProps {
  model: ImportModel;
  words: ImportWords;
  begin: () => void;
}

/** The button that goes on. */
function Main({ model, words, begin }: IMainProps): JSX.Element {
  const { trans } = words;
  const { dataset, ref } = model.place;
  const style = 'jp-mod-styled jp-mod-accept';
  if (model.phase === 'place') {
    const isDisabled = !isName(dataset) || !isName(ref);
    return (
      <Button className={style} disabled={isDisabled} onClick={begin}>
        {trans.__('Preview')}
      </Button>
    );
  }
  if (model.phase === 'uploading') {
    return (
      <Button className={style} disabled={model.problem === null} onClick={begin}>
        {model.problem ? trans.__('Go on') : trans.__('Commit')}
      </Button>
    );
  }
  return (
    <Button className={style} disabled={!model.canCommit} onClick={() => void model.commit()}>
      {trans.__('Commit')}
    </Button>
  );
}

/** Say in a line what goes on, or what would come of it. */
function statusOf(model: ImportModel, words: ImportWords): string {
  const { trans } = words;
  const { phase, preview } = model;
  if (phase === 'committing') {
    return trans.__('Committing…');
  }
  if (phase === 'working' && model.job) {
    return words.words.stateOf(model.job);
  }
  if (phase !== 'looking') {
    return '';
  }
  if (model.isLooking) {
    return trans.__('Looking at what would change…');
  }
  if (!preview || model.isStale || model.conflict) {
    return '';
  }
  const misfits = Object.values(preview.rejects).reduce((sum, part) => sum + part.count, 0);
  if (preview.refused !== undefined && misfits > 0 && !preview.protected) {
    return trans.__(
      'The file would be refused: rows do not fit. Correct it, or leave these rows out.'
    );
  }
  if (preview.refused !== undefined) {
    return trans.__('It would be refused: %1. %2', preview.refused, preview.hint);
  }
  if (!preview.would_commit) {
    return trans.__('Nothing would change: %1 is as the file says already.', words.spec(preview));
  }
  return preview.head === undefined
    ? trans.__('%1 would be new.', words.spec(preview))
    : trans.__('Compared with %1', preview.old);
}
