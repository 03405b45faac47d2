/** What an import does with the rows: replace, append or update; by which key; and the message of its commit. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ImportMode, IPreviewedTable } from '../../api';
import type { ImportModel } from '../../models';
import { Checks, Field, Select } from './fields';
import type { ImportWords } from './words';

interface IOptionsProps {
  model: ImportModel;
  words: ImportWords;
}

export function Options({ model, words }: IOptionsProps): JSX.Element {
  const { trans } = words;
  const { choices, preview } = model;
  const isOneTable = model.sources.length === 1 || choices.shape === 'parts';
  const [table] = preview?.tables ?? [];
  const modes: [ImportMode, string][] = [
    ['replace', trans.__('Replace: the file is the whole new state')],
    ['append', trans.__('Append: its rows come below those that are there')],
    ['upsert', trans.__('Update: its rows change or add those with their key')]
  ];
  return (
    <>
      <div className="jp-dsa-import-row">
        <Select
          label={trans.__('Mode')}
          value={choices.mode}
          options={modes}
          choose={mode => model.choose({ mode })}
        />
        {isOneTable && preview?.tables.length === 1 && (
          <Field label={trans.__('Table')}>
            <input
              className="jp-mod-styled"
              value={choices.table}
              placeholder={table?.name}
              onChange={event => model.choose({ table: event.currentTarget.value })}
            />
          </Field>
        )}
        <Field label={trans.__('Message')}>
          <input
            className="jp-mod-styled"
            value={choices.message}
            placeholder={words.title(model)}
            onChange={event => model.choose({ message: event.currentTarget.value })}
          />
        </Field>
      </div>
      {table && preview?.tables.length === 1 && <Key table={table} model={model} words={words} />}
    </>
  );
}

/** The key columns, with those that the server found to tell all rows apart. */
function Key({ table, model, words }: IOptionsProps & { table: IPreviewedTable }): JSX.Element {
  const { trans } = words;
  const suggested = (table.keys?.keys ?? []).slice(0, 4);
  const current = table.key.join(', ');
  const isAsked = model.choices.suggestKeys;
  return (
    <div className="jp-dsa-import-row jp-dsa-import-key">
      <details>
        <summary>
          {current
            ? trans.__('Key: %1', current)
            : trans.__('No key: rows are paired by their place and content')}
        </summary>
        <Checks
          label={trans.__('Columns that tell rows apart')}
          names={table.columns.map(column => column.name)}
          chosen={table.key}
          choose={key => model.choose({ key })}
        />
      </details>
      {!current && suggested.length > 0 && (
        <span className="jp-dsa-import-suggested">
          {trans.__('Suggested:')}{' '}
          {suggested.map(({ columns }) => (
            <Button key={columns.join()} small onClick={() => model.choose({ key: columns })}>
              {columns.join(', ')}
            </Button>
          ))}
        </span>
      )}
      {!current && !isAsked && (
        <Button small onClick={() => model.choose({ suggestKeys: true })}>
          {trans.__('Suggest a key')}
        </Button>
      )}
      {table.bad_keys > 0 && (
        <span role="alert" className="jp-dsa-removed">
          {trans._n(
            '%2 row has an empty or a repeated key',
            '%2 rows have an empty or a repeated key',
            table.bad_keys,
            words.words.number(table.bad_keys)
          )}
        </span>
      )}
    </div>
  );
}
