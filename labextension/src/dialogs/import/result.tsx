/** What would come of the import, on four leaves: changes, the table, rows that do not fit, notes. */

import * as React from 'react';

import type { IPreview } from '../../api';
import type { ImportModel } from '../../models';
import { Changes } from './changes';
import { Select } from './fields';
import { Notes } from './notes';
import { Rejects } from './rejects';
import { Table } from './tables';
import type { ImportWords } from './words';

interface IResultProps {
  preview: IPreview;
  model: ImportModel;
  words: ImportWords;
}

type Leaf = 'changes' | 'table' | 'rejects' | 'notes';

export function Result({ preview, model, words }: IResultProps): JSX.Element {
  const { trans } = words;
  const names = preview.tables.map(table => table.name);
  const [chosen, setChosen] = React.useState('');
  const name = names.includes(chosen) ? chosen : (names[0] ?? '');
  const table = preview.tables.find(found => found.name === name);
  const diff = preview.diff[name];
  const rejected = preview.rejects[name];
  const misfits = rejected?.count ?? 0;
  const told = preview.findings[name] ?? [];
  const remarks = preview.notes.length + told.filter(found => found.effect !== 'kept').length;
  const [leaf, setLeaf] = React.useState<Leaf>('changes');
  // Whoever has to decide about rows that do not fit sees them first.
  const mustDecide = misfits > 0 && preview.refused !== undefined;
  React.useEffect(() => {
    if (mustDecide) {
      setLeaf('rejects');
    }
  }, [mustDecide]);

  const leaves: [Leaf, string][] = [
    ['changes', trans.__('What would change')],
    ['table', trans.__('Table')],
    ['rejects', trans.__('Rows that do not fit (%1)', words.words.number(misfits))],
    ['notes', trans.__('Notes (%1)', remarks)]
  ];
  return (
    <section className="jp-dsa-import-result" aria-busy={model.isLooking}>
      {names.length > 1 && (
        <Select
          label={trans.__('Table')}
          value={name}
          options={preview.tables.map(found => [
            found.name,
            `${found.name} · ${words.words.rows(found.rows)}`
          ])}
          choose={setChosen}
        />
      )}
      <Tabs leaves={leaves} leaf={leaf} choose={setLeaf} label={trans.__('Preview')} />
      <div
        className="jp-dsa-import-leaf"
        role="tabpanel"
        id="jp-dsa-import-leaf"
        aria-labelledby={`jp-dsa-import-${leaf}`}
        data-dsa-stale={model.isLooking || model.isStale}
      >
        {leaf === 'changes' &&
          (diff ? (
            <Changes diff={diff} words={words} />
          ) : (
            <p>{trans.__('Nothing would change in this table.')}</p>
          ))}
        {leaf === 'table' && table && <Table table={table} model={model} words={words} />}
        {leaf === 'rejects' &&
          (rejected && misfits > 0 ? (
            <Rejects rejected={rejected} model={model} words={words} />
          ) : (
            <p>{trans.__('All rows fit.')}</p>
          ))}
        {leaf === 'notes' && <Notes notes={preview.notes} findings={told} words={words} />}
      </div>
    </section>
  );
}

interface ITabsProps {
  leaves: [Leaf, string][];
  leaf: Leaf;
  choose: (leaf: Leaf) => void;
  label: string;
}

function Tabs({ leaves, leaf, choose, label }: ITabsProps): JSX.Element {
  const list = React.useRef<HTMLDivElement>(null);
  const walk = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) {
      return;
    }
    const here = leaves.findIndex(([name]) => name === leaf);
    const next = leaves[(here + step + leaves.length) % leaves.length]!;
    choose(next[0]);
    list.current?.querySelector<HTMLElement>(`#jp-dsa-import-${next[0]}`)?.focus();
    event.preventDefault();
  };
  return (
    <div ref={list} className="jp-dsa-tabs" role="tablist" aria-label={label} onKeyDown={walk}>
      {leaves.map(([name, text]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`jp-dsa-import-${name}`}
          aria-selected={name === leaf}
          aria-controls="jp-dsa-import-leaf"
          tabIndex={name === leaf ? 0 : -1}
          onClick={() => choose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
