/** What an import would change in a table: counts, columns, and the first rows with old and new values. */

import * as React from 'react';

import type { Cell, IPreviewedDiff } from '../../api';
import { schemaSentence } from '../../parts/schema-words';
import { Cells, Value } from './cells';
import type { ImportWords } from './words';

interface IChangesProps {
  diff: IPreviewedDiff;
  words: ImportWords;
}

type Kind = 'added' | 'removed' | 'changed';
const SIGNS: Record<Kind, string> = { added: '+', removed: '−', changed: '~' };

export function Changes({ diff, words }: IChangesProps): JSX.Element {
  const { trans } = words;
  const rows = diff.rows.rows ?? [];
  const total = diff.added + diff.removed + diff.changed;
  const ofSchema = diff.schema_changes.filter(change => change.kind !== 'metadata');
  return (
    <div className="jp-dsa-import-changes">
      <Counts diff={diff} words={words} />
      <p className="jp-dsa-quiet-text">{diff.pairing}</p>
      {diff.events.map(event => (
        <p key={event.sentence}>{event.sentence}</p>
      ))}
      {ofSchema.length > 0 && (
        <ul className="jp-dsa-import-schema" aria-label={trans.__('Changes of columns')}>
          {ofSchema.map((change, index) => (
            <li key={index}>{schemaSentence(change, trans)}</li>
          ))}
        </ul>
      )}
      {rows.length > 0 && <Rows diff={diff} words={words} />}
      {rows.length > 0 && rows.length < total && (
        <p className="jp-dsa-quiet-text">
          {trans.__(
            'The first %1 of %2 changed rows',
            words.words.number(rows.length),
            words.words.number(total)
          )}
        </p>
      )}
    </div>
  );
}

function Counts({ diff, words }: IChangesProps): JSX.Element {
  const { trans } = words;
  const number = (count: number) => words.words.number(count);
  return (
    <p className="jp-dsa-import-counts">
      <b className="jp-dsa-added">{trans.__('+%1 added', number(diff.added))}</b>
      <b className="jp-dsa-removed">{trans.__('−%1 removed', number(diff.removed))}</b>
      <b className="jp-dsa-changed">{trans.__('~%1 changed', number(diff.changed))}</b>
      <span>{trans.__('%1 unchanged', number(diff.unchanged))}</span>
    </p>
  );
}

function Rows({ diff, words }: IChangesProps): JSX.Element {
  const { trans } = words;
  const { columns, rows = [] } = diff.rows;
  const names = columns
    .filter(column => column.startsWith('new.'))
    .map(column => column.slice('new.'.length));
  const place = (column: string) => columns.indexOf(column);
  const [kindAt, changedAt] = [place('change'), place('changed_columns')];
  return (
    <Cells label={trans.__('Changed rows')} head={[trans.__('Change'), ...names]}>
      {rows.map((row, index) => {
        const kind = row[kindAt] as Kind;
        const changed = row[changedAt] as string[];
        return (
          <tr key={index} data-dsa-change={kind}>
            <th scope="row" title={nameOf(kind, words)}>
              <span aria-hidden="true">{SIGNS[kind]}</span>
              <span className="jp-dsa-heard">{nameOf(kind, words)}</span>
            </th>
            {names.map(name => (
              <td key={name}>
                <Change
                  kind={kind}
                  isChanged={changed.includes(name)}
                  old={row[place(`old.${name}`)]}
                  now={row[place(`new.${name}`)]}
                />
              </td>
            ))}
          </tr>
        );
      })}
    </Cells>
  );
}

interface IChangeProps {
  kind: Kind;
  isChanged: boolean;
  old: Cell | undefined;
  now: Cell | undefined;
}

function Change({ kind, isChanged, old, now }: IChangeProps): JSX.Element {
  if (kind === 'changed' && isChanged) {
    return (
      <>
        <del>
          <Value value={old} />
        </del>{' '}
        <ins>
          <Value value={now} />
        </ins>
      </>
    );
  }
  return <Value value={kind === 'removed' ? old : now} />;
}

function nameOf(kind: Kind, { trans }: ImportWords): string {
  switch (kind) {
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'changed':
      return trans.__('changed');
  }
}
