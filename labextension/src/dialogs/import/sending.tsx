/** How far the files are on their way to the server. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ImportModel, Upload } from '../../models';
import { Bar } from '../../parts/bar';
import type { ImportWords } from './words';

export function Sending({ model, words }: { model: ImportModel; words: ImportWords }): JSX.Element {
  return (
    <ul className="jp-dsa-import-files jp-dsa-import-sending" aria-label={words.trans.__('Files')}>
      {model.uploads.map((upload, index) => (
        <File key={index} upload={upload} words={words} />
      ))}
    </ul>
  );
}

function File({ upload, words }: { upload: Upload; words: ImportWords }): JSX.Element {
  const { trans } = words;
  const { size, offset, state, problem } = upload;
  const share = size ? offset / size : undefined;
  const told = words.progress(upload);
  return (
    <li data-dsa-state={state}>
      <div className="jp-dsa-import-row">
        <span className="jp-dsa-name">{upload.source.name}</span>
        <span className="jp-dsa-quiet-text">{told}</span>
      </div>
      {(state === 'sending' || state === 'broken') && (
        <Bar share={share} label={trans.__('Upload of %1', upload.source.name)} told={told} />
      )}
      {state === 'broken' && (
        <p className="jp-dsa-import-note">
          {problem?.message}{' '}
          <Button minimal small onClick={() => upload.retry()}>
            {trans.__('Try now')}
          </Button>
        </p>
      )}
    </li>
  );
}
