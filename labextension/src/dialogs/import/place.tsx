/** Where the files go: dataset, branch, and what several files are to each other. */

import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { type ImportModel, isName, type PlacesModel } from '../../models';
import { Choice, Field } from './fields';
import type { ImportWords } from './words';

interface IPlaceProps {
  model: ImportModel;
  places: PlacesModel;
  words: ImportWords;
  submit: () => void;
}

export function Place({ model, places, words, submit }: IPlaceProps): JSX.Element {
  const { trans } = words;
  const { dataset, ref } = model.place;
  const names = React.useId();
  React.useEffect(() => places.find(dataset), [places, dataset]);
  return (
    // No form: pages of notebooks may forbid them, and its name would have to be one of the whole page.
    <div
      className="jp-dsa-import-form jp-dsa-import-where"
      onKeyDown={event => {
        if (event.key === 'Enter' && isName(dataset) && isName(ref)) {
          event.preventDefault();
          submit();
        }
      }}
    >
      <ul className="jp-dsa-import-files" aria-label={trans.__('Files')}>
        {model.sources.map((source, index) => (
          <li key={index}>
            {source.name}{' '}
            <span className="jp-dsa-quiet-text">
              {source.kind === 'file'
                ? words.words.bytes(source.file.size)
                : trans.__('from the file browser')}
            </span>
          </li>
        ))}
      </ul>
      {model.sources.length > 1 && <Shape model={model} words={words} />}
      <UseSignal signal={places.changed}>
        {() => (
          <div className="jp-dsa-import-row">
            <Field label={trans.__('Dataset')} hint={hintOf(dataset, places, words)}>
              <input
                className="jp-mod-styled"
                required
                autoFocus
                list={`${names}-datasets`}
                value={dataset}
                aria-invalid={!isName(dataset)}
                onChange={event => model.setPlace({ dataset: event.currentTarget.value, ref })}
              />
              <Options id={`${names}-datasets`} names={places.datasets} />
            </Field>
            <Field label={trans.__('Branch')}>
              <input
                className="jp-mod-styled"
                required
                list={`${names}-branches`}
                value={ref}
                aria-invalid={!isName(ref)}
                onChange={event => model.setPlace({ dataset, ref: event.currentTarget.value })}
              />
              <Options id={`${names}-branches`} names={places.branches} />
            </Field>
          </div>
        )}
      </UseSignal>
    </div>
  );
}

function Shape({ model, words }: { model: ImportModel; words: ImportWords }): JSX.Element {
  const { trans } = words;
  return (
    <Choice
      label={trans.__('The files are')}
      value={model.choices.shape}
      options={[
        ['tables', trans.__('a table each, in one commit')],
        ['parts', trans.__('the parts of one table, one below the other')]
      ]}
      choose={shape => model.choose({ shape })}
    />
  );
}

function hintOf(dataset: string, places: PlacesModel, { trans }: ImportWords): string {
  if (!isName(dataset)) {
    return trans.__('Letters, digits and _ - . + /, beginning with a letter or a digit');
  }
  return places.isNew ? trans.__('A new dataset') : '';
}

function Options({ id, names }: { id: string; names: readonly string[] }): JSX.Element {
  return (
    <datalist id={id}>
      {names.map(name => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}
