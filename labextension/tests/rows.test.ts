import type { IDataset } from '../src/api';
import type { DatasetModel } from '../src/models';
import { canBeChosen, HEIGHTS, type Row, rowsOf, topOf, windowOf } from '../src/panel/rows';
import { countsOf } from '../src/panel/words';
import { commit, dataset, ref } from './server';

const DATASETS: IDataset[] = ['a', 'b', 'c'].map(name => dataset(name));

function opened(refs = [ref('main', 'c2')]): DatasetModel {
  const shown = refs.at(-1);
  const at = (id: string) => refs.filter(found => found.commit === id);
  const tables = [{ name: 'data', rows: 3, columns: 2, key: [] }];
  const commits = [commit('c2'), commit('c1')];
  const storage = { versions: 2, segments: 3, bytes_stored: 4, bytes_raw: 5 };
  const state = { problem: null, isLoading: false, hasOlder: true, refsAt: at, storage };
  return { name: 'b', refs, shown, tables, commits, ...state } as unknown as DatasetModel;
}

function rows(model?: DatasetModel, unfolded: string[] = []): Row[] {
  const open = new Map(model ? [['b', model]] : []);
  const state = { datasets: DATASETS, total: 3, opened: open, unfolded: new Set(unfolded) };
  return rowsOf(state);
}

test('a dataset that is open has its refs, tables and history below it', () => {
  const kinds = rows(opened()).map(row => row.kind);
  const inside = [
    'storage',
    'heading',
    'ref',
    'heading',
    'table',
    'heading',
    'commit',
    'commit',
    'more'
  ];
  expect(kinds).toEqual(['dataset', 'dataset', ...inside, 'dataset']);
});

test('what a dataset takes is left out where the server does not tell', () => {
  const silent = { ...opened(), storage: null } as unknown as DatasetModel;
  expect(rows(silent).map(row => row.kind)).not.toContain('storage');
});

test('places are counted over what the keyboard stops at', () => {
  const found = rows(opened()).filter(row => row.level === 2 && canBeChosen(row));
  expect(found.map(row => row.position)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(found.map(row => row.siblings))).toEqual(new Set([6]));
});

test('of many refs the first are shown, and the one whose history is', () => {
  const refs = Array.from({ length: 12 }, (_, index) => ref(`r${index}`, 'c1'));
  const few = rows(opened(refs)).filter(row => row.kind === 'ref');
  expect(few.map(row => row.kind === 'ref' && row.ref.name)).toEqual([
    ...['r0', 'r1', 'r2', 'r3', 'r4', 'r5'],
    'r11'
  ]);
  expect(rows(opened(refs), ['b']).filter(row => row.kind === 'ref')).toHaveLength(12);
});

test('of thousands of rows a window draws few, at their place', () => {
  const datasets = Array.from({ length: 5_000 }, (_, index) => dataset(`d${index}`));
  const state = { datasets, total: 5_000, opened: new Map(), unfolded: new Set<string>() };
  const all = rowsOf(state);
  const seen = windowOf(all, 28 * 2_000, 280, 56);
  expect([seen.first, seen.end, seen.offset]).toEqual([1998, 2012, topOf(all, 1998)]);
  expect(seen.height).toBe(5_000 * HEIGHTS.dataset);
  expect(windowOf([], 0, 100)).toMatchObject({ first: 0, end: 0, height: 0 });
});

test('the counts of a commit are those of all its tables', () => {
  const summary = { a: { added: 2, removed: 1, changed: 0 }, b: { added: 3, changed: 4 } };
  expect(countsOf(commit('c', summary))).toEqual({ added: 5, removed: 1, changed: 4 });
});
