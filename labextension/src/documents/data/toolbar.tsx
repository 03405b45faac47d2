/** Which version and table it is, the condition, how many rows, and what can be done with them. */

import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TableModel } from '../../models';
import type { Words } from '../../panel/words';
import { nameOf } from '../version';
import { ColumnsMenu } from './columns';
import { ExportMenu } from './export';

interface IToolbarProps {
  model: TableModel;
  words: Words;
  /** Go to a row, counted from 0. */
  jump: (row: number) => void;
  /** The id of the note about the condition. */
  note: string;
}

export function DataToolbar({ model, words, jump, note }: IToolbarProps): JSX.Element | null {
  const { schema, shown, isFinding } = model;
  const { trans } = words;
  if (!schema || !shown) {
    return null;
  }
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Rows')}>
      <Version model={model} words={words} />
      {schema.tables.length > 1 && (
        <HTMLSelect
          aria-label={trans.__('Table')}
          value={model.table}
          onChange={event => void model.showTable(event.currentTarget.value)}
        >
          {schema.tables.map(name => (
            <option key={name}>{name}</option>
          ))}
        </HTMLSelect>
      )}
      <Filter model={model} words={words} note={note} />
      <span className="jp-dsa-count" role="status" aria-busy={isFinding}>
        {isFinding ? trans.__('Looking…') : countOf(model, words)}
      </span>
      <Jump rows={shown.rows} words={words} jump={jump} />
      <ColumnsMenu model={model} words={words} />
      <ExportMenu model={model} words={words} />
    </div>
  );
}

type IPartProps = Pick<IToolbarProps, 'model' | 'words'>;

function Version({ model, words }: IPartProps): JSX.Element {
  const { at } = model.of;
  const commit = model.schema!.commit;
  const name = model.ref ? `${words.kindOf(model.ref)} ${at}` : at;
  return (
    <span className="jp-dsa-at" title={`${name}\n${commit}`}>
      {at !== commit && <b>{nameOf(at)}</b>} <code>{nameOf(commit)}</code>
    </span>
  );
}

function Filter({ model, words, note }: Omit<IToolbarProps, 'jump'>): JSX.Element {
  const { trans } = words;
  const { where } = model.view;
  const [text, setText] = React.useState(where);
  const isWrong = model.conditionProblem !== null;
  // The condition is also set by commands.
  React.useEffect(() => setText(where), [where]);
  const example = "qty > 10 and city = 'Ulm'";
  return (
    <form
      className="jp-dsa-filter"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        void model.filter(text);
      }}
    >
      <input
        className="jp-mod-styled"
        type="search"
        value={text}
        aria-label={trans.__('Show rows where')}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? note : undefined}
        placeholder={trans.__('Show rows where… %1', example)}
        title={trans.__('A condition in SQL, such as %1; Enter applies it', example)}
        spellCheck={false}
        onChange={event => {
          setText(event.target.value);
          if (event.target.value === '' && (where || isWrong)) {
            void model.filter('');
          }
        }}
      />
    </form>
  );
}

interface IJumpProps {
  rows: number;
  words: Words;
  jump: (row: number) => void;
}

function Jump({ rows, words, jump }: IJumpProps): JSX.Element {
  const { trans } = words;
  const [text, setText] = React.useState('');
  // Numbers are typed as they are written: 1,000,000 or 1.000.000.
  const row = Number(text.replace(/\D/g, ''));
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        if (row > 0 && rows > 0) {
          jump(Math.min(row, rows) - 1);
          setText('');
        }
      }}
    >
      <input
        className="jp-mod-styled jp-dsa-jump"
        inputMode="numeric"
        value={text}
        aria-label={trans.__('Go to row')}
        placeholder={trans.__('Go to row')}
        title={trans.__('A number from 1 to %1; Enter goes there', words.number(rows))}
        onChange={event => setText(event.target.value)}
      />
    </form>
  );
}

function countOf({ schema, shown }: TableModel, words: Words): string {
  const all = schema!.rows;
  return shown!.where
    ? words.trans.__('%1 of %2 rows', words.number(shown!.rows), words.number(all))
    : words.rows(all);
}
