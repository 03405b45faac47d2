/** How far the files are on their way to the server. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ImportModel, Upload } from '../../models';
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
  const percent = size ? Math.floor((offset / size) * 100) : undefined;
  const told = words.progress(upload);
  return (
    <li data-dsa-state={state}>
      <div className="jp-dsa-import-row">
        <span className="jp-dsa-name">{upload.source.name}</span>
        <span className="jp-dsa-quiet-text">{told}</span>
      </div>
      {(state === 'sending' || state === 'broken') && (
        <div
          className="jp-dsa-bar"
          role="progressbar"
          aria-label={trans.__('Upload of %1', upload.source.name)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={told}
          data-dsa-unknown={percent === undefined}
        >
          <div style={{ width: `${percent ?? 30}%` }} />
        </div>
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
