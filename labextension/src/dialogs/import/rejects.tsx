/** Rows that do not fit: where, which value, why; and whether they refuse the file or are left out. */

import * as React from 'react';

import type { IRejected } from '../../api';
import type { ImportModel } from '../../models';
import { Cells, Value } from './cells';
import { Choice } from './fields';
import type { ImportWords } from './words';

interface IRejectsProps {
  rejected: IRejected;
  model: ImportModel;
  words: ImportWords;
}

const SHOWN = ['row', 'line', 'column', 'value', 'reason'];

export function Rejects({ rejected, model, words }: IRejectsProps): JSX.Element {
  const { trans } = words;
  const { columns, rows = [] } = rejected.rows;
  const places = SHOWN.map(name => columns.indexOf(name));
  return (
    <div>
      <Choice
        label={trans._n(
          '%2 row does not fit. It',
          '%2 rows do not fit. They',
          rejected.count,
          words.words.number(rejected.count)
        )}
        value={model.choices.skips ? 'skip' : 'refuse'}
        options={[
          ['refuse', trans._n('refuses the whole file', 'refuse the whole file', rejected.count)],
          ['skip', trans._n('is left out', 'are left out', rejected.count)]
        ]}
        choose={choice => model.choose({ skips: choice === 'skip' })}
      />
      <Cells
        label={trans.__('Rows that do not fit')}
        head={[
          trans.__('Row'),
          trans.__('Line'),
          trans.__('Column'),
          trans.__('Value'),
          trans.__('Why')
        ]}
      >
        {rows.map((row, index) => (
          <tr key={index}>
            {places.map((place, column) => (
              <td key={SHOWN[column]}>
                {place >= 0 && row[place] !== null && <Value value={row[place]} />}
              </td>
            ))}
          </tr>
        ))}
      </Cells>
      {rows.length < rejected.count && (
        <p className="jp-dsa-quiet-text">{trans.__('The first %1 of them', rows.length)}</p>
      )}
    </div>
  );
}
