/** Which columns are shown, and which stay at the left. */

import * as React from 'react';

import type { TableModel } from '../../models';
import type { Words } from '../../panel/words';
import { describe } from './numbers';
import { Popover } from './popover';

interface IColumnsProps {
  model: TableModel;
  words: Words;
}

/** With more columns than these, one looks for them by name. */
const MANY = 12;

export function ColumnsMenu({ model, words }: IColumnsProps): JSX.Element {
  const { trans } = words;
  const { hidden } = model.view;
  const all = model.columns.length;
  const label = hidden.length
    ? trans.__('Columns (%1 of %2)', words.number(all - hidden.length), words.number(all))
    : trans.__('Columns');
  return (
    <Popover label={label} title={trans.__('Choose columns, and keep some at the left')}>
      {() => <ColumnList model={model} words={words} />}
    </Popover>
  );
}

function ColumnList({ model, words }: IColumnsProps): JSX.Element {
  const { trans } = words;
  const [search, setSearch] = React.useState('');
  const found = model.columns.flatMap((column, index) =>
    column.name.toLowerCase().includes(search.toLowerCase()) ? [index] : []
  );
  return (
    <>
      {model.columns.length > MANY && (
        <input
          className="jp-mod-styled"
          type="search"
          value={search}
          aria-label={trans.__('Find a column')}
          placeholder={trans.__('Find a column')}
          onChange={event => setSearch(event.target.value)}
        />
      )}
      <ul className="jp-dsa-columns">
        {found.map(index => (
          <ColumnItem key={index} model={model} words={words} index={index} />
        ))}
      </ul>
      <button
        className="jp-dsa-link"
        disabled={model.view.hidden.length === 0}
        onClick={() => model.setHidden([])}
      >
        {trans.__('Show all columns')}
      </button>
    </>
  );
}

function ColumnItem({ model, words, index }: IColumnsProps & { index: number }): JSX.Element {
  const { trans } = words;
  const { name, type } = model.columns[index]!;
  const { hidden, frozen } = model.view;
  const isShown = !hidden.includes(name);
  const isFrozen = frozen === name;
  const freeze = trans.__('Keep the columns up to %1 at the left', name);
  return (
    <li title={describe(model, index, trans)}>
      <label>
        <input
          type="checkbox"
          checked={isShown}
          disabled={isShown && hidden.length === model.columns.length - 1}
          onChange={() =>
            model.setHidden(isShown ? [...hidden, name] : hidden.filter(other => other !== name))
          }
        />
        <span className="jp-dsa-name">{name}</span>
        <small>{type}</small>
      </label>
      <button
        className="jp-dsa-link"
        aria-pressed={isFrozen}
        disabled={!isShown}
        title={freeze}
        aria-label={freeze}
        onClick={() => model.freeze(isFrozen ? '' : name)}
      >
        {isFrozen ? trans.__('Unfreeze') : trans.__('Freeze')}
      </button>
    </li>
  );
}
