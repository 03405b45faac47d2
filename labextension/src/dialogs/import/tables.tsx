/** A table as it would be: its columns with their types, which may be given, and its first rows. */

import * as React from 'react';

import type { IPreviewedColumn, IPreviewedTable } from '../../api';
import { type ImportModel, kindOf } from '../../models';
import { Cells, Value } from './cells';
import type { ImportWords } from './words';

interface ITableProps {
  table: IPreviewedTable;
  model: ImportModel;
  words: ImportWords;
}

/** The types that can be given, as the server names them. */
const TYPES = ['text', 'int', 'float', 'decimal', 'bool', 'date', 'timestamp'];
const IS_GIVEN = 'dsa:given';

export function Table({ table, model, words }: ITableProps): JSX.Element {
  const { trans } = words;
  const rows = table.first.rows ?? [];
  const isText = model.sources.every(source => kindOf(source.name) === 'text');
  return (
    <div>
      <p className="jp-dsa-quiet-text">
        {words.words.rows(table.rows)} · {words.words.columns(table.columns.length)}
        {rows.length < table.rows ? ` · ${trans.__('the first %1', rows.length)}` : ''}
      </p>
      <Cells
        label={trans.__('First rows of %1', table.name)}
        head={table.columns.map(column => (
          <Head
            key={column.name}
            column={column}
            model={model}
            words={words}
            canChange={isText && model.preview?.tables.length === 1}
          />
        ))}
      >
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((value, place) => (
              <td key={place}>
                <Value value={value} />
              </td>
            ))}
          </tr>
        ))}
      </Cells>
    </div>
  );
}

interface IHeadProps {
  column: IPreviewedColumn;
  model: ImportModel;
  words: ImportWords;
  canChange: boolean;
}

function Head({ column, model, words, canChange }: IHeadProps): JSX.Element {
  const { trans } = words;
  const { types } = model.choices;
  const { name, type, key, metadata } = column;
  const isGiven = IS_GIVEN in metadata;
  const choose = (chosen: string) => {
    const others = Object.entries(types).filter(([other]) => other !== name);
    model.choose({ types: Object.fromEntries(chosen ? [...others, [name, chosen]] : others) });
  };
  return (
    <>
      <span className="jp-dsa-column">
        {name}
        {key && <small>{trans.__('key')}</small>}
      </span>
      {canChange ? (
        <select
          aria-label={trans.__('Type of %1', name)}
          value={types[name] ?? ''}
          onChange={event => choose(event.currentTarget.value)}
        >
          <option value="">{name in types ? trans.__('as found') : type}</option>
          {TYPES.map(option => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
          {isGiven && <option value="detect">{trans.__('find it out anew')}</option>}
        </select>
      ) : (
        <small className="jp-dsa-quiet-text">{type}</small>
      )}
    </>
  );
}
