/** The commits of a history, drawn as far as they are seen, chosen by clicks and by keys. */

import * as React from 'react';

import type { ICommit } from '../../api';
import { type HistoryModel, widthOf } from '../../models';
import { countsOf, type Words } from '../../panel/words';
import { Graph, ROW } from './graph';
import { useHeight } from '../../parts/height';

/** Rows that are drawn beyond what is seen, and how near to the end older commits are asked for. */
const MARGIN = 8;
const NEAR = 20;

interface IListProps {
  model: HistoryModel;
  words: Words;
  /** Compare what is chosen. */
  compare: () => void;
}

export function CommitList({ model, words, compare }: IListProps): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [focused, setFocused] = React.useState<string | null>(null);
  const height = useHeight(ref);
  const { commits, graph } = model;
  const first = Math.max(0, Math.floor(top / ROW) - MARGIN);
  const end = Math.min(commits.length, Math.ceil((top + height) / ROW) + MARGIN);
  const lanes = React.useMemo(
    () => graph.reduce((most, row) => Math.max(most, widthOf(row)), 1),
    [graph]
  );

  React.useEffect(() => {
    if (model.hasOlder && end >= commits.length - NEAR) {
      void model.loadOlder();
    }
  });

  const here = commits.findIndex(commit => commit.id === (focused ?? model.chosen.at(-1)));
  const go = (index: number, beside: boolean) => {
    const commit = commits[index];
    const list = ref.current;
    if (commit && list) {
      const start = index * ROW;
      list.scrollTop = Math.min(start, Math.max(list.scrollTop, start + ROW - list.clientHeight));
      setFocused(commit.id);
      if (beside && model.chosen.length === 2) {
        model.choose(model.chosen[0]!); // the other end moves
      }
      model.choose(commit.id, beside);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const next = keyed(event.key, here, commits.length, Math.floor(height / ROW));
    if (next !== undefined) {
      go(next, event.shiftKey);
    } else if (event.key === ' ' && here >= 0) {
      model.choose(commits[here]!.id, event.ctrlKey || event.metaKey);
    } else if (event.key === 'Enter' && model.chosen.length > 0) {
      compare();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={ref}
      className="jp-dsa-commits"
      role="listbox"
      tabIndex={0}
      aria-label={words.trans.__('Commits of %1', model.dataset)}
      aria-multiselectable
      aria-busy={model.isLoading}
      aria-activedescendant={here >= 0 ? rowId(model, commits[here]!) : undefined}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: commits.length * ROW }}>
        <div role="none" style={{ transform: `translateY(${first * ROW}px)` }}>
          {commits.slice(first, end).map((commit, index) => (
            <div
              key={commit.id}
              id={rowId(model, commit)}
              role="option"
              className="jp-dsa-commit"
              data-dsa-commit={commit.id}
              aria-selected={model.chosen.includes(commit.id)}
              aria-posinset={first + index + 1}
              aria-setsize={model.hasOlder ? -1 : commits.length}
              aria-label={labelOf(commit, model, words)}
              onClick={event => {
                setFocused(commit.id);
                model.choose(commit.id, event.shiftKey || event.ctrlKey || event.metaKey);
              }}
            >
              <Graph
                row={graph[first + index]!}
                lanes={lanes}
                isMerge={commit.parents.length > 1}
              />
              <Content commit={commit} model={model} words={words} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Content(props: { commit: ICommit; model: HistoryModel; words: Words }): JSX.Element {
  const { commit, model, words } = props;
  const counts = countsOf(commit);
  const tables = touched(commit);
  return (
    <div className="jp-dsa-lines">
      <span className="jp-dsa-line">
        {model.refsAt(commit.id).map(ref => (
          <span key={ref.name} className="jp-dsa-badge" data-dsa-ref={ref.kind} title={ref.name}>
            {ref.name}
          </span>
        ))}
        <span className="jp-dsa-name" title={commit.message}>
          {commit.message.split('\n', 1)[0]}
        </span>
        <span className="jp-dsa-counts" title={words.counted(counts)}>
          {counts.added > 0 && <b className="jp-dsa-added">+{words.short(counts.added)}</b>}
          {counts.removed > 0 && <b className="jp-dsa-removed">−{words.short(counts.removed)}</b>}
          {counts.changed > 0 && <b className="jp-dsa-changed">~{words.short(counts.changed)}</b>}
        </span>
      </span>
      <span className="jp-dsa-line jp-dsa-meta">
        <span className="jp-dsa-who">
          {commit.author} ·{' '}
          <time dateTime={commit.time} title={words.moment(commit.time)}>
            {words.ago(commit.time)}
          </time>
          {tables.length > 0 && ` · ${tables.join(', ')}`}
        </span>
        <code className="jp-dsa-id">{commit.id.slice(0, 10)}</code>
      </span>
    </div>
  );
}

/** The tables that a commit changed, where a table of another name than that of a single file is among them. */
function touched(commit: ICommit): string[] {
  const names = Object.entries(commit.summary)
    .filter(([, { added, removed, changed }]) => added || removed || changed)
    .map(([name]) => name);
  return names.length === 1 && names[0] === 'data' ? [] : names;
}

function labelOf(commit: ICommit, model: HistoryModel, words: Words): string {
  const refs = model.refsAt(commit.id).map(ref => `${words.kindOf(ref)} ${ref.name}`);
  return [
    commit.message.split('\n', 1)[0],
    commit.parents.length > 1 ? words.trans.__('merge') : '',
    words.counted(countsOf(commit)),
    commit.author,
    words.ago(commit.time),
    ...refs
  ]
    .filter(part => part !== '')
    .join(', ');
}

function rowId(model: HistoryModel, commit: ICommit): string {
  return `jp-dsa-commit-${model.dataset}-${commit.id}`;
}

/** Say which row a key leads to, if it leads to one. */
export function keyed(key: string, here: number, count: number, page: number): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(here + 1, last);
    case 'ArrowUp':
      return Math.max(here - 1, 0);
    case 'PageDown':
      return Math.min(here + page, last);
    case 'PageUp':
      return Math.max(here - page, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
