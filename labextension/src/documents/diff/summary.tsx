/** Above the rows: how many of which kind, what happened to the schema, and what the server has to say about it. */

import * as React from 'react';

import type { ChangeKind, ITableDiff } from '../../api';
import { type DiffModel, differs, KINDS } from '../../models';
import type { Words } from '../../panel/words';
import { schemaSentence } from '../../parts/schema-words';

interface ISummaryProps {
  model: DiffModel;
  words: Words;
}

export function Summary({ model, words }: ISummaryProps): JSX.Element | null {
  const { trans } = words;
  const { tables, table, shown, moved } = model;
  if (!shown) {
    return null;
  }
  const isFiltered = model.column !== undefined || model.kinds.size < KINDS.length;
  return (
    <div className="jp-dsa-summary">
      {moved.length > 0 && (
        <p className="jp-dsa-moved" role="status">
          {trans.__('Moved since this was compared: %1.', moved.join(', '))}{' '}
          <button className="jp-dsa-link" onClick={() => void model.load()}>
            {trans.__('Compare again')}
          </button>
        </p>
      )}
      {tables.length > 1 && (
        <div className="jp-dsa-tables" role="group" aria-label={trans.__('Tables')}>
          {tables.map(([name, diff]) => (
            <button
              key={name}
              className="jp-dsa-table-tab"
              aria-pressed={name === table}
              onClick={() => void model.compare({ table: name })}
            >
              {name} <Short diff={diff} words={words} />
            </button>
          ))}
        </div>
      )}
      <div className="jp-dsa-kinds" role="group" aria-label={trans.__('Kinds of changes')}>
        {KINDS.map(kind => (
          <button
            key={kind}
            className={`jp-dsa-kind jp-dsa-${kind}`}
            aria-pressed={model.kinds.has(kind)}
            title={trans.__('Show or hide these rows')}
            onClick={() => void model.toggleKind(kind)}
          >
            {countOf(kind, shown[kind], words)}
          </button>
        ))}
        <span className="jp-dsa-meta">
          {trans.__('%1 unchanged', words.number(shown.unchanged))}
        </span>
        {isFiltered && (
          <output className="jp-dsa-meta">
            {trans._n(
              '%2 row is shown below',
              '%2 rows are shown below',
              model.source?.rows ?? 0,
              words.number(model.source?.rows ?? 0)
            )}
          </output>
        )}
      </div>
      <Notes model={model} words={words} />
    </div>
  );
}

function Short({ diff, words }: { diff: ITableDiff; words: Words }): JSX.Element {
  if (!differs(diff)) {
    return <span className="jp-dsa-meta">{words.trans.__('the same')}</span>;
  }
  return (
    <>
      {diff.added > 0 && <b className="jp-dsa-added">+{words.short(diff.added)} </b>}
      {diff.removed > 0 && <b className="jp-dsa-removed">−{words.short(diff.removed)} </b>}
      {diff.changed > 0 && <b className="jp-dsa-changed">~{words.short(diff.changed)}</b>}
    </>
  );
}

function countOf(kind: ChangeKind, count: number, words: Words): string {
  const { trans } = words;
  const told = words.number(count);
  switch (kind) {
    case 'added':
      return trans.__('+%1 added', told);
    case 'removed':
      return trans.__('−%1 removed', told);
    case 'changed':
      return trans.__('~%1 changed', told);
  }
}

function Notes({ model, words }: ISummaryProps): JSX.Element {
  const { trans } = words;
  const { shown, events, diff } = model;
  if (!shown) {
    return <></>;
  }
  const reformed = Object.entries(shown.reformed);
  return (
    <ul className="jp-dsa-notes" aria-label={trans.__('Notes')}>
      {shown.schema_changes.map((change, index) => (
        <li key={`s${index}`} data-dsa-note="schema">
          {schemaSentence(change, trans)}
        </li>
      ))}
      {events.map((event, index) => (
        <li key={`e${index}`} data-dsa-note="event">
          {event.sentence} {event.hint && <span className="jp-dsa-meta">{event.hint}</span>}
        </li>
      ))}
      {reformed.length > 0 && (
        <li>
          {trans.__(
            'Written otherwise, and of the same value: %1.',
            reformed.map(([name, count]) => `${name} (${words.number(count)})`).join(', ')
          )}
        </li>
      )}
      {shown.moved > 0 && (
        <li>
          {trans._n(
            '%2 row stands in another order.',
            '%2 rows stand in another order.',
            shown.moved,
            words.number(shown.moved)
          )}
        </li>
      )}
      <li className="jp-dsa-meta">
        {shown.pairing}
        {diff?.profile && ` ${trans.__('What counts as equal: %1.', diff.profile)}`}
      </li>
    </ul>
  );
}
