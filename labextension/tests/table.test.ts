import { tableFromArrays, tableToIPC } from '@uwdata/flechette';

import type { Client } from '../src/api';
import { columnOf, TablePages } from '../src/documents/data/pages';
import { TableModel, viewFrom } from '../src/models';
import { commit, problem, ref, TestServer, until } from './server';

const C1 = 'a'.repeat(64);
const C2 = 'b'.repeat(64);

let server: TestServer;
let client: Client;
let refs: ReturnType<typeof ref>[];
let columns: string[];
const models: TableModel[] = [];

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  refs = [ref('main', C1)];
  columns = ['id', 'city', 'qty'];
  server.answers['GET datasets/book/refs'] = () => ({
    body: { items: refs },
    etag: `"${refs.map(found => found.commit).join()}"`
  });
  server.answers['GET datasets/book/tables'] = () => ({ body: { items: [{ name: 'Sheet 1' }] } });
  server.answers['GET datasets/book/schema'] = ({ query }) => ({
    body: {
      commit: query.get('at'),
      table: query.get('table'),
      rows: 1000,
      tables: ['Sheet 1', 'Sheet 2'],
      columns: columns.map(name => ({ name, type: 'int64', nullable: true, key: name === 'id' }))
    }
  });
  server.answers['GET datasets/book/data'] = ({ query }) =>
    query.get('where')?.includes('citty')
      ? problem(400, 'invalid_input', 'There is no column citty.', 'Did you mean city?')
      : { body: { total: 7 } };
  server.answers['GET datasets/book/profile'] = ({ query }) => ({
    body: { commit: query.get('at'), columns: [{ name: 'qty', nulls: 3 }] }
  });
});

afterEach(async () => {
  models.splice(0).forEach(model => model.dispose());
  await server.stop();
});

const opened = async (view = {}, at = 'main', table?: string): Promise<TableModel> => {
  const of = { dataset: 'book', at, table };
  const model = new TableModel({ client, of, view: viewFrom(view), interval: 10 });
  models.push(model);
  await model.load();
  return model;
};

test('the first table of a version is shown, and another one with nothing chosen', async () => {
  const model = await opened({ where: 'qty > 1', hidden: ['id'] });
  expect([model.table, model.shown?.rows, model.visible]).toEqual(['Sheet 1', 7, [1, 2]]);
  expect(model.shown?.at).toEqual({ dataset: 'book', at: C1, table: 'Sheet 1' });
  await model.showTable('Sheet 2');
  expect([model.of.table, model.shown?.rows, model.view.where]).toEqual(['Sheet 2', 1000, '']);
});

test('a condition that cannot be taken is told, and the rows before it stay', async () => {
  const model = await opened();
  await model.filter(' qty > 1 ');
  const before = model.shown;
  expect(before).toMatchObject({ where: 'qty > 1', rows: 7 });
  await model.filter('citty > 1');
  expect(model.conditionProblem).toMatchObject({ hint: 'Did you mean city?' });
  expect([model.shown, model.view.where]).toEqual([before, 'qty > 1']);
  await model.filter('');
  expect([model.conditionProblem, model.shown?.rows]).toEqual([null, 1000]);
});

test('a layout with a condition that a later version refuses shows all rows, and why', async () => {
  const model = await opened({ where: 'citty > 1' });
  expect([model.shown?.rows, model.conditionProblem?.message]).toEqual([
    1000,
    'There is no column citty.'
  ]);
});

test('columns are sorted up, down and not; with others below those that were chosen before', async () => {
  const model = await opened();
  await model.sortBy('city', false);
  await model.sortBy('qty', true);
  await model.sortBy('qty', true);
  expect(model.shown?.orderBy).toBe('"city", "qty" desc');
  await model.sortBy('city', true);
  expect(model.shown?.orderBy).toBe('"city" desc, "qty" desc');
  await model.sortBy('city', true);
  expect(model.shown?.orderBy).toBe('"qty" desc');
  await model.order('city', 'asc');
  expect(model.shown?.orderBy).toBe('"city"');
  await model.order('city', null);
  expect(model.shown?.orderBy).toBe('');
});

test('who does not wait goes on from what he has asked for', async () => {
  const model = await opened({ where: 'qty > 1' });
  const first = model.sortBy('city', false);
  const second = model.sortBy('city', false);
  model.setHidden(['id']);
  await Promise.all([first, second]);
  expect([model.shown?.orderBy, model.view.hidden]).toEqual(['"city" desc', ['id']]);
});

test('values are added to the condition as SQL writes them', async () => {
  const model = await opened();
  await model.narrow('city', "L'Aquila");
  expect(model.view.where).toBe(`"city" = 'L''Aquila'`);
  await model.narrow('qty', '-1.5');
  await model.narrow('a"b', null);
  expect(model.view.where).toBe(`(("city" = 'L''Aquila') and "qty" = -1.5) and "a""b" is null`);
});

test('what is exported are the rows and columns that are shown', async () => {
  const model = await opened({ where: 'qty > 1', sorts: [{ column: 'qty' }] });
  expect(model.exported).toEqual({ where: 'qty > 1', orderBy: '"qty"', columns: undefined });
  model.setHidden(['city']);
  model.freeze('qty');
  expect([model.exported.columns, model.frozen]).toEqual([['id', 'qty'], 2]);
  model.setHidden(columns);
  expect(model.visible).toEqual([0, 2]);
});

test('a branch that moves is told, and shown when that is wanted', async () => {
  server.answers['GET datasets/book/commits'] = () => ({
    body: { items: [commit(C2), commit(C1)] }
  });
  const model = await opened({ hidden: ['city'], frozen: 'city' });
  await model.loadProfile(new AbortController().signal);
  expect(model.profileOf('qty')?.nulls).toBe(3);
  model.setVisible(true);
  refs = [ref('main', C2)];
  columns = ['id', 'qty'];
  await until(() => model.newer === 1);
  expect(model.shown?.at.at).toBe(C1);
  await model.load();
  expect([model.shown?.at.at, model.newer, model.profileOf('qty')]).toEqual([C2, 0, undefined]);
  expect([model.view.hidden, model.view.frozen]).toEqual([[], '']);
});

test('tags and commits are not looked after', async () => {
  const model = await opened({}, C1);
  const asked = server.asked.length;
  model.setVisible(true);
  await new Promise(resolve => setTimeout(resolve, 60));
  expect([model.ref, server.asked.length]).toEqual([undefined, asked]);
});

test('a version that is not there is a problem, until it is', async () => {
  const answer = server.answers['GET datasets/book/schema']!;
  server.answers['GET datasets/book/schema'] = () => problem(404, 'not_found', 'No such version.');
  const model = await opened();
  expect([model.problem?.message, model.isFinding]).toEqual(['No such version.', false]);
  server.answers['GET datasets/book/schema'] = answer;
  await model.load();
  expect([model.problem, model.shown?.rows]).toEqual([null, 1000]);
});

test('pages are asked of the commit, with condition and order, as bare Arrow', async () => {
  server.answers['GET datasets/book/data'] = () => ({
    bytes: tableToIPC(tableFromArrays({ qty: [1, 2] }), { format: 'stream' })!
  });
  const at = { dataset: 'book', at: C1, table: 'Sheet 1' };
  const shown = { at, where: 'qty > 0', orderBy: '"qty"', rows: 2 };
  const pages = new TablePages(client, shown, [columnOf({ name: 'qty', type: 'float64' })]);
  const page = await pages.page(0, 2, ['qty'], new AbortController().signal);
  expect([page.text(0, 1), pages.rows, pages.columns[0]?.align]).toEqual(['2', 2, 'right']);
  expect(Object.fromEntries(server.asked.at(-1)!.query)).toEqual({
    at: C1,
    table: 'Sheet 1',
    where: 'qty > 0',
    order_by: '"qty"',
    offset: '0',
    limit: '2',
    columns: 'qty',
    count: 'true',
    compression: 'none'
  });
});

test('views are taken from what was written down, whatever it is', () => {
  const view = {
    where: 'a',
    sorts: [{ column: 'b', isDescending: true }],
    hidden: ['c'],
    frozen: 'd'
  };
  expect(viewFrom(JSON.parse(JSON.stringify(view)))).toEqual(view);
  const plain = { where: '', sorts: [], hidden: [], frozen: '' };
  expect(viewFrom(undefined)).toEqual(plain);
  expect(viewFrom({ where: 1, sorts: [null, { column: 2 }], hidden: 'x' })).toEqual(plain);
});
