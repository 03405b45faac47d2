/** The widget for files: a place for them, and the panel's dialog of an import where there are some. */

import { Button, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Client } from '../../api';
import { Body } from '../../dialogs/import/body';
import { chooseFiles } from '../../dialogs/import/choose';
import { ImportWords } from '../../dialogs/import/words';
import type { IRenderProps } from '../anywidget';
import { KernelCarrier } from '../carrier';
import { mount } from '../mount';
import { Traits } from '../traits';
import { words } from '../words';
import { UploadFace } from './face';

const { trans } = words;
const importWords = new ImportWords(words);

function Upload({ face }: { face: UploadFace }): JSX.Element {
  return (
    <UseSignal signal={face.changed}>
      {() =>
        face.current ? (
          <div className="jp-dsa-import jp-dsa-upload-import">
            <Body
              model={face.current}
              places={face.places}
              words={importWords}
              actions={{ cancel: () => face.cancel() }}
            />
          </div>
        ) : (
          <Place face={face} />
        )
      }
    </UseSignal>
  );
}

/** Where files are dropped or chosen, and what came of the last ones. */
function Place({ face }: { face: UploadFace }): JSX.Element {
  const [isOver, setOver] = React.useState(false);
  const { goal, outcome } = face;
  const hover = (event: React.DragEvent) => {
    if (event.dataTransfer.types.includes('Files')) {
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    }
  };
  return (
    <div
      className="jp-dsa-upload"
      role="group"
      aria-label={trans.__('Files')}
      data-dsa-over={isOver}
      onDragEnter={hover}
      onDragOver={hover}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        face.take([...event.dataTransfer.files]);
      }}
    >
      <output aria-live="polite">{outcome && importWords.outcome(outcome)}</output>
      <p>
        {goal
          ? trans.__('Drop files here for %1, or', importWords.spec(goal))
          : trans.__('Drop files here, or')}{' '}
        <Button
          className="jp-mod-styled"
          onClick={() => void chooseFiles().then(files => face.take(files))}
        >
          {trans.__('Choose files…')}
        </Button>
      </p>
    </div>
  );
}

export function drawUpload({ model, el }: IRenderProps): () => void {
  const carrier = new KernelCarrier(model);
  const traits = new Traits(model);
  const face = new UploadFace(new Client(carrier), traits);
  traits.follow(['dataset', 'ref'], () => {
    if (!face.current) {
      face.changed.emit();
    }
  });
  const unmount = mount(el, model, 'upload', <Upload face={face} />, 'maxHeight');
  return () => {
    unmount();
    face.dispose();
    carrier.dispose();
  };
}
