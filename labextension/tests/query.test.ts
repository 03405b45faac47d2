/** Queries: what is run, what comes of it, what is remembered; and what is offered while one is written. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ARROW_STREAM, type Client } from '../src/api';
import { QueryModel, SqlCompleter } from '../src/models';
import { tablesIn } from '../src/models/sql-completion';
import { commit, dataset, type IAnswer, problem, ref, TestServer, until } from './server';

/** Three rows or so of every type; see make_arrow.py. */
const ROWS = readFileSync(join(__dirname, 'arrow.arrows'));
let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
});

afterEach(() => server.stop());

const rows = (): IAnswer => ({ bytes: ROWS, type: ARROW_STREAM });

describe('a query', () => {
  test('is run, and its rows are shown up to the limit', async () => {
    server.answers['POST query'] = rows;
    const model = new QueryModel({ client, text: 'from sales' });
    model.setLimit(1);
    await model.run();
    expect(JSON.parse(server.asked[0]!.body)).toEqual({ statement: 'from sales', limit: 2 });
    expect(server.asked[0]!.headers.accept).toBe(ARROW_STREAM);
    expect(model.problem).toBeNull();
    expect(model.result).toMatchObject({ statement: 'from sales', hasMore: true });
    const { source } = model.result!;
    expect(source.rows).toBe(1);
    const page = await source.page(0, 100, [source.columns[0]!.name]);
    expect([page.rows, page.columns.length]).toEqual([1, 1]);
  });

  test('that is wrong says where, and leaves the result of the one before', async () => {
    server.answers['POST query'] = rows;
    const model = new QueryModel({ client, text: 'from sales' });
    await model.run();
    const { result } = model;
    const wrong = problem(400, 'invalid_input', 'SQL: no such column.');
    server.answers['POST query'] = () => ({
      ...wrong,
      body: { ...(wrong.body as object), details: { line: 2 } }
    });
    model.text = 'select x\nfrm sales';
    await model.run();
    expect([model.problem?.message, model.problemLine]).toEqual(['SQL: no such column.', 2]);
    expect(model.result).toBe(result);
  });

  test('is ended by another run, and by a person, without a word of complaint', async () => {
    let answer: (answer: IAnswer) => void = () => undefined;
    server.answers['POST query'] = () => new Promise(resolve => (answer = resolve));
    const model = new QueryModel({ client, text: 'select 1' });
    const first = model.run();
    await until(() => server.asked.length === 1);
    model.text = 'select 2';
    const second = model.run();
    await until(() => server.asked.length === 2);
    answer(rows());
    await Promise.all([first, second]);
    expect([model.result?.statement, model.isRunning]).toEqual(['select 2', false]);
    const third = model.run();
    await until(() => server.asked.length === 3);
    expect(model.isRunning).toBe(true);
    model.cancel();
    await third;
    expect([model.isRunning, model.problem]).toEqual([false, null]);
  });

  test('is remembered once, the latest first', async () => {
    server.answers['POST query'] = rows;
    const model = new QueryModel({ client, history: ['old'] });
    await model.run(); // nothing is written
    for (const text of ['a', 'b', 'a']) {
      model.text = text;
      await model.run();
    }
    expect(model.history).toEqual(['a', 'b', 'old']);
    expect(server.asked).toHaveLength(3);
    const set: string[] = [];
    model.textSet.connect((_, text) => set.push(text));
    model.recall('old');
    expect([model.text, set]).toEqual(['old', ['old']]);
  });

  test('is written to a file with all rows, of the versions that are shown', async () => {
    server.answers['POST query'] = rows;
    const model = new QueryModel({ client, text: 'from sales' });
    await expect(model.file('csv')).rejects.toThrow();
    await model.run();
    model.text = 'something else by now';
    expect((await model.file('csv')).type).toBe('text/csv');
    expect(JSON.parse(server.asked[1]!.body)).toEqual({
      statement: 'from sales',
      limit: null,
      versions: {}
    });
  });
});

describe('completion', () => {
  const offered = async (query: string) => {
    const place = query.indexOf('|');
    const found = await new SqlCompleter(client).complete(query.replace('|', ''), place);
    return [found.length, found.items.map(({ text }) => text)];
  };

  beforeEach(() => {
    server.answers['GET datasets'] = ({ query }) => {
      const names = ['my.data', 'order', 'sales'];
      const items = names.filter(name => name.startsWith(query.get('search') ?? ''));
      return { body: { items: items.map(name => dataset(name)), total: items.length } };
    };
    server.answers['GET datasets/sales/refs'] = () => ({ body: { items: [ref('main', 'c')] } });
    server.answers['GET datasets/sales/commits'] = () => ({
      body: { items: [commit('3fa9c1d2e4'.padEnd(64, '0'))] }
    });
    server.answers['GET datasets/sales/tables'] = () => ({
      body: { items: ['Q 1', 'data'].map(name => ({ name, rows: 3, columns: 2, key: [] })) }
    });
    const schema = (...names: string[]) => ({
      body: { columns: names.map(name => ({ name, type: 'int64', nullable: true, key: false })) }
    });
    server.answers['GET datasets/sales/schema'] = () => schema('id', 'Order id');
    server.answers['GET datasets/other/schema'] = () => schema('id', 'idle');
  });

  test.each([
    ['select * from |', 0, ['"my.data"', '"order"', 'sales']],
    ['select * from sa| where 1', 2, ['sales']],
    ['select * from "or|', 3, ['"order"']],
    ['from sales@|', 6, ['sales@main', 'sales@3fa9c1d2e4']],
    ['from sales@main:|', 11, ['"sales@main:Q 1"', 'sales@main:data']],
    ['select id| from sales join other using (id)', 2, ['id', 'idle']],
    ['select o| from sales', 1, ['"Order id"']],
    ['select o.i| from sales s join other as o using (id)', 1, ['id', 'idle']],
    ['select i| from nobody', 1, []]
  ])('in %s', async (query, length, items) => {
    expect(await offered(query)).toEqual([length, items]);
  });

  test('knows the tables of a query, and the names that it gives them', () => {
    expect(tablesIn('from a join "b ""c"" d" as x on true left join e where f')).toEqual([
      { name: 'a', alias: undefined },
      { name: 'b "c" d', alias: 'x' },
      { name: 'e', alias: undefined }
    ]);
  });
});
