/** The columns of the table with the share of rows in which each changed; a click shows these rows alone. */

import * as React from 'react';

import type { DiffModel } from '../../models';
import type { Words } from '../../panel/words';

export function ColumnList({ model, words }: { model: DiffModel; words: Words }): JSX.Element {
  const { trans } = words;
  const { shown, column } = model;
  const cells = shown?.cells ?? {};
  const changed = (shown?.columns ?? []).filter(name => name in cells);
  changed.sort((a, b) => cells[b]! - cells[a]!);
  return (
    <nav className="jp-dsa-diff-columns" aria-label={trans.__('Changed columns')}>
      <h3>{trans.__('Changed columns')}</h3>
      {changed.length === 0 && <p className="jp-dsa-meta">{trans.__('No cell changed.')}</p>}
      <ul>
        {changed.map(name => {
          const share = model.shareOf(name);
          const told = trans.__(
            '%1: %2 changed cells, %3 of the rows on both sides',
            name,
            words.number(cells[name]!),
            percent(share)
          );
          return (
            <li key={name}>
              <button
                className="jp-dsa-diff-column"
                aria-pressed={name === column}
                aria-label={told}
                title={told}
                onClick={() => void model.chooseColumn(name === column ? undefined : name)}
              >
                <span className="jp-dsa-line">
                  <span className="jp-dsa-name">{name}</span>
                  <span className="jp-dsa-meta">
                    {words.short(cells[name]!)} · {percent(share)}
                  </span>
                </span>
                <span className="jp-dsa-share">
                  <span style={{ width: `${Math.max(share * 100, 1)}%` }} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {column !== undefined && (
        <button className="jp-dsa-link" onClick={() => void model.chooseColumn(undefined)}>
          {trans.__('Show all changed rows')}
        </button>
      )}
    </nav>
  );
}

function percent(share: number): string {
  const format = { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 } as const;
  return share > 0 && share < 0.001
    ? `< ${(0.001).toLocaleString(undefined, format)}`
    : share.toLocaleString(undefined, format);
}
