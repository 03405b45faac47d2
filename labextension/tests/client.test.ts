import { type Client, MISSING, OFFLINE, Problem } from '../src/api';
import { problem, TestServer } from './server';

let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
});

afterEach(() => server.stop());

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const found = await work.then(
    () => undefined,
    (error: unknown) => error
  );
  expect(found).toBeInstanceOf(Problem);
  return found as Problem;
}

const ASKED = { search: 'a b', sort: 'name' as const, deleted: false, limit: 100 };

test('asks below the base URL, with the token, and sends only parameters that the server knows', async () => {
  server.answers['GET datasets'] = () => ({ body: { items: [], total: 0 } });
  await client.datasets(ASKED);
  const [asked] = server.asked;
  expect([...asked!.query]).toEqual([
    ['search', 'a b'],
    ['sort', 'name'],
    ['limit', '100']
  ]);
  expect(asked!.headers.authorization).toBe('token secret');
});

test('what a clock asks does not keep the server awake', async () => {
  server.answers['GET datasets'] = () => ({ body: { items: [], total: 0 } });
  await client.datasets(ASKED, true);
  expect(server.asked[0]!.query.get('no_track_activity')).toBe('1');
});

test('names with slashes are one part of a path', async () => {
  server.answers['GET datasets/eu%2Fsales/refs'] = () => ({ body: { items: [] } });
  expect(await client.refs('eu/sales')).toEqual([]);
});

test('an answer that still holds is not sent again, and is the same object', async () => {
  let told = 'one';
  server.answers['GET datasets'] = () => ({ body: { items: [], total: 0 }, etag: `"${told}"` });
  const first = await client.datasets(ASKED);
  expect(await client.datasets(ASKED)).toBe(first);
  expect(server.asked[1]!.headers['if-none-match']).toBe('"one"');
  told = 'two';
  expect(await client.datasets(ASKED)).not.toBe(first);
});

test('a ref is deleted only where it points as it did', async () => {
  server.answers['DELETE datasets/sales/refs/dev'] = () => ({ status: 204 });
  const dev = { name: 'dev', commit: 'abc' } as Parameters<Client['deleteRef']>[1];
  await client.deleteRef('sales', dev);
  expect(server.asked[0]!.headers['if-match']).toBe('"abc"');
});

test('a problem of the server keeps its code, its words and its hint', async () => {
  server.answers['GET datasets/salse/refs'] = () =>
    problem(404, 'not_found', "There is no dataset 'salse'.", 'Did you mean sales?');
  const found = await problemOf(client.refs('salse'));
  expect(found).toMatchObject({
    status: 404,
    code: 'not_found',
    message: "There is no dataset 'salse'.",
    hint: 'Did you mean sales?',
    requestId: 'abc'
  });
});

test('a 404 that is not ours says that the server part is missing', async () => {
  expect((await problemOf(client.ready())).code).toBe(MISSING);
});

test('a page of a proxy is a problem with its status', async () => {
  server.answers['GET health/ready'] = () => ({ status: 502, body: '<html>', type: 'text/html' });
  const found = await problemOf(client.ready());
  expect([found.status, found.code]).toEqual([502, 'http_502']);
});

test('no answer at all is being offline', async () => {
  await server.stop();
  const found = await problemOf(client.ready());
  expect(found.code).toBe(OFFLINE);
  expect(found.passes).toBe(true);
});

describe('rows', () => {
  const commit = 'a'.repeat(64);

  test('come as bytes, and columns may have commas in their names', async () => {
    server.answers['GET datasets/sales/data'] = () => ({ bytes: new Uint8Array([1, 2, 3]) });
    const asked = { columns: ['a,b', 'c'], where: "city = 'Ulm'", offset: 512, limit: 512 };
    const bytes = await client.data({ dataset: 'sales', at: commit, table: 'data' }, asked);
    expect([...bytes]).toEqual([1, 2, 3]);
    const { query, headers } = server.asked.at(-1)!;
    expect(query.getAll('columns')).toEqual(['"a,b",c']);
    expect(query.get('compression')).toBe('none');
    expect(query.get('where')).toBe("city = 'Ulm'");
    expect([query.get('at'), query.get('offset')]).toEqual([commit, '512']);
    expect(headers.accept).toBe('application/vnd.apache.arrow.stream');
  });

  test('that nobody waits for are not waited for', async () => {
    const leaving = new AbortController();
    server.answers['GET datasets/sales/data'] = () => {
      leaving.abort();
      return new Promise(resolve => setTimeout(() => resolve({ bytes: new Uint8Array(1) }), 50));
    };
    const asked = client.data({ dataset: 'sales', at: 'main' }, {}, leaving.signal);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('that are refused say why', async () => {
    server.answers['GET datasets/sales/data'] = () =>
      problem(400, 'invalid_input', 'There is no column qty2.', 'Did you mean qty?');
    const asked = client.data({ dataset: 'sales', at: 'main' }, { where: 'qty2 > 1' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', hint: 'Did you mean qty?' });
  });

  test('are downloaded from an address', () => {
    const href = client.exportHref(
      { dataset: 'a/b', at: 'main', table: 'data' },
      { columns: ['id', 'x'], orderBy: 'id desc' },
      'csv'
    );
    expect(href).toContain(
      '/user/ann/dsa/api/v1/datasets/a%2Fb/export?at=main&table=data&order_by=id+desc&columns=id%2Cx&format=csv'
    );
  });
});
