/** The tree of datasets as a list of rows, which is what is drawn, walked by keys and tested. */

import type { ICommit, IDataset, IRef, IStorage, ITable, Problem } from '../api';
import type { DatasetModel } from '../models';

interface IPlace {
  /** The same for the same thing, whatever is drawn around it. */
  key: string;
  level: number;
  /** Which of how many siblings it is, from 1. */
  position: number;
  siblings: number;
}

export type Row = IPlace &
  (
    | { kind: 'dataset'; dataset: IDataset; isOpen: boolean }
    | { kind: 'ref'; dataset: string; ref: IRef; isShown: boolean }
    | { kind: 'table'; dataset: string; table: ITable }
    | { kind: 'commit'; dataset: string; commit: ICommit; refs: readonly IRef[] }
    | { kind: 'storage'; dataset: string; storage: IStorage | undefined }
    | { kind: 'more'; dataset: string; what: 'refs' | 'commits'; count: number }
    | { kind: 'heading'; section: 'refs' | 'tables' | 'history'; of: string }
    | { kind: 'note'; dataset: string; note: 'loading' | 'empty' }
    | { kind: 'problem'; dataset: string; problem: Problem }
  );

export type RowKind = Row['kind'];

/** Pixels; the stylesheet draws them as high. */
export const HEIGHTS: Record<RowKind, number> = {
  dataset: 28,
  ref: 24,
  table: 24,
  commit: 40,
  storage: 24,
  more: 24,
  heading: 24,
  note: 24,
  problem: 40
};

/** Branches and tags that are shown before one asks for all. */
const FEW = 6;

export interface ITreeState {
  datasets: readonly IDataset[];
  total: number;
  opened: ReadonlyMap<string, DatasetModel>;
  /** Datasets of which all branches and tags are shown. */
  unfolded: ReadonlySet<string>;
}

/** Lay out the tree. */
export function rowsOf(state: ITreeState): Row[] {
  const rows: Row[] = [];
  state.datasets.forEach((dataset, index) => {
    const model = state.opened.get(dataset.name);
    rows.push({
      kind: 'dataset',
      key: `d:${dataset.name}`,
      level: 1,
      position: index + 1,
      siblings: Math.max(state.total, state.datasets.length),
      dataset,
      isOpen: model !== undefined
    });
    if (model) {
      rows.push(...inside(model, state.unfolded.has(dataset.name)));
    }
  });
  return rows;
}

function inside(model: DatasetModel, isUnfolded: boolean): Row[] {
  const dataset = model.name;
  const at = (key: string): IPlace => ({
    key: `${key}@${dataset}`,
    level: 2,
    position: 0,
    siblings: 0
  });
  const rows: Row[] = [];
  if (model.problem) {
    rows.push({ ...at('problem'), kind: 'problem', dataset, problem: model.problem });
  }
  if (model.isLoading) {
    rows.push({ ...at('loading'), kind: 'note', dataset, note: 'loading' });
  } else if (model.refs.length === 0 && !model.problem) {
    rows.push({ ...at('empty'), kind: 'note', dataset, note: 'empty' });
  }
  const shown = model.shown;
  if (shown) {
    if (model.storage !== null) {
      rows.push({ ...at('storage'), kind: 'storage', dataset, storage: model.storage });
    }
    rows.push({ ...at('refs'), kind: 'heading', section: 'refs', of: '' });
    const visible = isUnfolded ? model.refs : fewOf(model.refs, shown);
    for (const ref of visible) {
      rows.push({ ...at(`r:${ref.name}`), kind: 'ref', dataset, ref, isShown: ref === shown });
    }
    if (visible.length < model.refs.length) {
      const count = model.refs.length - visible.length;
      rows.push({ ...at('more-refs'), kind: 'more', dataset, what: 'refs', count });
    }
    rows.push({ ...at('tables'), kind: 'heading', section: 'tables', of: shown.name });
    for (const table of model.tables) {
      rows.push({ ...at(`t:${table.name}`), kind: 'table', dataset, table });
    }
    rows.push({ ...at('history'), kind: 'heading', section: 'history', of: shown.name });
    for (const commit of model.commits) {
      const refs = model.refsAt(commit.id);
      rows.push({ ...at(`c:${commit.id}`), kind: 'commit', dataset, commit, refs });
    }
    if (model.hasOlder) {
      rows.push({ ...at('more-commits'), kind: 'more', dataset, what: 'commits', count: 0 });
    }
  }
  return numbered(rows);
}

/** The first refs, and the one that is shown wherever it stands. */
function fewOf(refs: readonly IRef[], shown: IRef): readonly IRef[] {
  if (refs.length <= FEW + 1) {
    return refs;
  }
  const first = refs.slice(0, FEW);
  return first.includes(shown) ? first : [...first, shown];
}

function numbered(rows: Row[]): Row[] {
  const siblings = rows.filter(canBeChosen).length;
  let position = 0;
  return rows.map(row => (canBeChosen(row) ? { ...row, position: ++position, siblings } : row));
}

/** Whether the keyboard stops at a row. */
export function canBeChosen(row: Row): boolean {
  return row.kind !== 'heading' && row.kind !== 'note';
}

/** What lies under a window onto rows: the first and last of them, and how far they are from the top. */
export interface IWindow {
  first: number;
  /** One beyond the last. */
  end: number;
  offset: number;
  height: number;
}

/** Find the rows that a window of `height` shows at `top`, with some more on both sides. */
export function windowOf(rows: readonly Row[], top: number, height: number, margin = 240): IWindow {
  let y = 0;
  let first = -1;
  let offset = 0;
  let end = rows.length;
  rows.forEach((row, index) => {
    const next = y + HEIGHTS[row.kind];
    if (first < 0 && next > top - margin) {
      first = index;
      offset = y;
    }
    if (y < top + height + margin) {
      end = index + 1;
    }
    y = next;
  });
  return { first: Math.max(first, 0), end: rows.length ? end : 0, offset, height: y };
}

/** Where a row begins, from the top of all. */
export function topOf(rows: readonly Row[], index: number): number {
  return rows.slice(0, index).reduce((y, row) => y + HEIGHTS[row.kind], 0);
}
