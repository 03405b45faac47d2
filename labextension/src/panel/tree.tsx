/** The tree of datasets: draws the rows that are seen, whatever their number, and is walked by keys as trees are. */

import * as React from 'react';

import { labelOf, MenuButton, RowContent } from './row';
import { canBeChosen, type Row, topOf, HEIGHTS, windowOf } from './rows';
import type { PanelState } from './state';
import type { Words } from './words';
import { useHeight } from '../parts/height';

interface ITreeProps {
  rows: readonly Row[];
  state: PanelState;
  words: Words;
}

export function Tree({ rows, state, words }: ITreeProps): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const height = useHeight(ref);
  const seen = windowOf(rows, top, height);
  const { datasets } = state.model;

  React.useEffect(() => {
    if (datasets.hasMore && seen.end >= rows.length - 20) {
      void datasets.loadMore();
    }
  });

  const walk = useWalk(ref, rows, state);
  // Where nothing is chosen the first row takes the focus that comes by the tabulator.
  const current = rows.some(row => row.key === state.chosenKey) ? state.chosenKey : rows[0]?.key;
  return (
    <div
      ref={ref}
      className="jp-dsa-tree"
      role="tree"
      aria-label={words.trans.__('Datasets')}
      aria-busy={datasets.isLoading}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={walk}
    >
      <div role="none" style={{ height: seen.height }}>
        <div role="none" style={{ transform: `translateY(${seen.offset}px)` }}>
          {rows.slice(seen.first, seen.end).map(row =>
            canBeChosen(row) ? (
              <Item
                key={row.key}
                row={row}
                state={state}
                words={words}
                isCurrent={row.key === current}
              />
            ) : (
              <div key={row.key} role="none" className="jp-dsa-row" data-dsa-kind={row.kind}>
                <RowContent row={row} words={words} />
              </div>
            )
          )}
        </div>
      </div>
    </div>
  );
}

interface IItemProps {
  row: Row;
  state: PanelState;
  words: Words;
  isCurrent: boolean;
}

function Item({ row, state, words, isCurrent }: IItemProps): JSX.Element {
  const isChosen = row.key === state.chosenKey;
  const hasMenu = !['more', 'problem', 'storage'].includes(row.kind);
  const expanded =
    row.kind === 'dataset' && row.dataset.deleted_at === undefined
      ? { 'aria-expanded': row.isOpen }
      : {};
  return (
    <div
      role="treeitem"
      className="jp-dsa-row"
      data-dsa-kind={row.kind}
      data-dsa-key={row.key}
      data-dsa-deleted={row.kind === 'dataset' && row.dataset.deleted_at !== undefined}
      data-dsa-ref-kind={row.kind === 'ref' ? row.ref.kind : undefined}
      data-dsa-shown={row.kind === 'ref' && row.isShown}
      aria-label={labelOf(row, words)}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isChosen}
      {...expanded}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => state.choose(row.key)}
      // Before the context menu asks its commands what they are about.
      onContextMenuCapture={() => state.choose(row.key)}
      onClick={() => state.activate(row)}
      onDoubleClick={() => state.open(row)}
    >
      <RowContent row={row} words={words} />
      {hasMenu && <MenuButton label={words.trans.__('What can be done with this')} />}
    </div>
  );
}

/** Handle the keys of a tree; the row that is gone to is scrolled to, drawn, and then takes the focus. */
function useWalk(
  ref: React.RefObject<HTMLDivElement>,
  rows: readonly Row[],
  state: PanelState
): (event: React.KeyboardEvent) => void {
  const wanted = React.useRef<string | null>(null);
  React.useEffect(() => {
    if (wanted.current !== null) {
      const key = CSS.escape(wanted.current);
      const element = ref.current?.querySelector<HTMLElement>(`[data-dsa-key="${key}"]`);
      if (element) {
        wanted.current = null;
        element.focus({ preventScroll: true });
      }
    }
  });

  const go = (index: number) => {
    const row = rows[index];
    const tree = ref.current;
    if (row && tree) {
      const start = topOf(rows, index);
      const end = start + HEIGHTS[row.kind];
      tree.scrollTop = Math.min(start, Math.max(tree.scrollTop, end - tree.clientHeight));
      wanted.current = row.key;
      state.choose(row.key);
    }
  };
  return event => {
    const here = rows.findIndex(row => row.key === state.chosenKey);
    const row = rows[here];
    const next = keyed(event, rows, here);
    if (next !== undefined) {
      go(next);
    } else if (row && (event.key === 'Enter' || event.key === ' ')) {
      state.activate(row);
      if (event.key === 'Enter') {
        state.open(row);
      }
    } else if (row?.kind === 'dataset' && event.key === 'ArrowRight' && !row.isOpen) {
      state.toggle(row.dataset.name, true);
    } else if (row?.kind === 'dataset' && event.key === 'ArrowLeft' && row.isOpen) {
      state.toggle(row.dataset.name, false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

/** Say which row a key leads to, if it leads to one. */
export function keyed(
  event: Pick<React.KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  rows: readonly Row[],
  here: number
): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return undefined;
  }
  const found = (indices: number[]) => indices.find(index => canBeChosen(rows[index]!));
  const all = rows.map((_, index) => index);
  const row = rows[here];
  switch (event.key) {
    case 'ArrowDown':
      return found(all.slice(here + 1));
    case 'ArrowUp':
      return here > 0 ? found(all.slice(0, here).reverse()) : undefined;
    case 'Home':
      return found(all);
    case 'End':
      return found(all.reverse());
    case 'ArrowRight':
      return row?.kind === 'dataset' && row.isOpen ? found(all.slice(here + 1)) : undefined;
    case 'ArrowLeft': {
      const parents = all.slice(0, Math.max(here, 0)).reverse();
      return row && row.level > 1 ? parents.find(index => rows[index]!.level === 1) : undefined;
    }
    default:
      return typed(event.key, rows, here);
  }
}

/** The next dataset whose name begins with a letter that was typed. */
function typed(key: string, rows: readonly Row[], here: number): number | undefined {
  if (key.length !== 1 || key === ' ') {
    return undefined;
  }
  const order = [...rows.keys()];
  return [...order.slice(here + 1), ...order.slice(0, here + 1)].find(index => {
    const row = rows[index]!;
    return row.kind === 'dataset' && row.dataset.name.toLowerCase().startsWith(key.toLowerCase());
  });
}
