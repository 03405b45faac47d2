import { tableToIPC, tableFromArrays } from '@uwdata/flechette';

import type { Client } from '../src/api';
import { CHANGE, DiffModel } from '../src/models';
import { problem, ref, TestServer, until } from './server';

let server: TestServer;
let client: Client;
let refs: ReturnType<typeof ref>[];
const models: DiffModel[] = [];

const NAMES = {
  change: 'what',
  old: (column: string) => `${column} (old)`,
  now: (column: string) => column
};
const TABLE = {
  added: 1,
  removed: 2,
  changed: 3,
  unchanged: 7,
  moved: 0,
  cells: { b: 3 },
  reformed: {},
  pairing: 'Rows are paired by the key a.',
  key: ['a'],
  columns: ['a', 'b'],
  schema_changes: []
};
const SAME = { ...TABLE, added: 0, removed: 0, changed: 0, cells: {} };

/** A page of one row of changes, of the columns that were asked for. */
function pageOf(columns: string[]): Uint8Array {
  const meta = { change: ['changed'], old_row: [0], new_row: [0], changed_columns: [['b']] };
  const values = columns.flatMap(name => [
    [`old.${name}`, [`${name}1`]],
    [`new.${name}`, [`${name}2`]]
  ]);
  const table = tableFromArrays({ ...meta, ...(Object.fromEntries(values) as object) });
  return tableToIPC(table, { format: 'stream' })!;
}

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  refs = [ref('dev', 'c1'), ref('main', 'c2')];
  server.answers['GET datasets/sales/refs'] = () => ({
    body: { items: refs },
    etag: `"${refs.map(found => found.commit).join()}"`
  });
  server.answers['GET datasets/sales/diff'] = ({ query, headers }) => {
    if (headers.accept?.includes('arrow')) {
      return { bytes: pageOf((query.get('columns') ?? 'a,b').split(',')) };
    }
    const events = [{ kind: 'x', sentence: 'All is new.', columns: [], hint: '' }];
    const data = query.get('events') ? { ...TABLE, events } : TABLE;
    const total = query.get('limit') ? { total: query.get('changed_columns') ? 3 : 6 } : {};
    const [from_commit, to_commit] = [query.get('from') === 'dev' ? 'c1' : 'c2', 'c2'];
    return { body: { from_commit, to_commit, tables: { also: SAME, data }, ...total } };
  };
});

afterEach(async () => {
  models.splice(0).forEach(model => model.dispose());
  await server.stop();
});

const opened = async (): Promise<DiffModel> => {
  const of = { dataset: 'sales', from: 'dev', to: 'main' };
  const model = new DiffModel({ client, of, names: NAMES, interval: 10 });
  models.push(model);
  await model.load();
  return model;
};

test('counts come first, then the rows of the first table that differs, and what happened to it', async () => {
  const model = await opened();
  expect([model.table, model.shown?.changed, model.source?.rows]).toEqual(['data', 3, 6]);
  expect(model.events.map(event => event.sentence)).toEqual(['All is new.']);
  expect(model.pinned).toMatchObject({ from: 'c1', to: 'c2', table: 'data' });
  expect(model.shareOf('b')).toBeCloseTo(0.3);
  expect(server.asked[0]!.query.get('limit')).toBeNull();
});

test('a column that is chosen is asked of the server, by the commits that are compared', async () => {
  const model = await opened();
  await model.chooseColumn('b');
  expect(model.source?.rows).toBe(3);
  const { query } = server.asked.at(-1)!;
  expect([query.get('from'), query.get('changed_columns')]).toEqual(['c1', 'b']);
  await model.toggleKind('added');
  expect(server.asked.at(-1)!.query.getAll('kinds')).toEqual(['removed', 'changed']);
  await model.toggleKind('removed');
  await model.toggleKind('changed');
  expect([...model.kinds]).toEqual(['changed']);
});

test('columns are called as they are shown, and read by what they are', async () => {
  const source = (await opened()).source!;
  const names = source.columns.map(column => column.name);
  expect(names.slice(CHANGE, 1)).toEqual(['what']);
  expect(names.slice(4)).toEqual(['a (old)', 'a', 'b (old)', 'b']);
  const page = await source.page(0, 1, ['b', 'what', 'b (old)'], new AbortController().signal);
  expect([0, 1, 2].map(place => page.text(place, 0))).toEqual(['b2', 'changed', 'b1']);
  expect(server.asked.at(-1)!.query.get('columns')).toBe('b');
});

test('it says which head has moved, and compares again when asked', async () => {
  const model = await opened();
  expect(model.moved).toEqual([]);
  model.setVisible(true);
  refs = [ref('dev', 'c1'), ref('main', 'c3')];
  await until(() => model.moved.length > 0);
  expect(model.moved).toEqual(['main']);
  await model.swap();
  expect(model.of).toMatchObject({ from: 'main', to: 'dev' });
});

test('a failure is told, and forgotten with the next answer', async () => {
  const answer = server.answers['GET datasets/sales/diff']!;
  server.answers['GET datasets/sales/diff'] = () => problem(404, 'not_found', 'No such version.');
  const model = await opened();
  expect([model.problem?.message, model.isLoading]).toEqual(['No such version.', false]);
  server.answers['GET datasets/sales/diff'] = answer;
  await model.load();
  expect([model.problem, model.source?.rows]).toEqual([null, 6]);
});
