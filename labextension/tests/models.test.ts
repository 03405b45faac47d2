import type { Client } from '../src/api';
import { ConnectionModel, DatasetModel, DatasetsModel, WorkbenchModel } from '../src/models';
import { commit, dataset, problem, ref, TestServer, until } from './server';

let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
});

afterEach(() => server.stop());

const READY = { body: { version: '0.1.0', actor: 'ann', database: '', server: '' } };

describe('the connection', () => {
  test.each([
    ['ready', () => READY],
    ['older', () => ({ body: { ...READY.body, version: '0.0.9' } })],
    ['missing', () => ({ status: 404, body: { message: 'Not Found' } })],
    ['refused', () => problem(403, 'not_permitted', 'You may not.')],
    ['broken', () => problem(503, 'database_unavailable', 'The store does not answer.')]
  ])('is %s', async (kind, answer) => {
    server.answers['GET health/ready'] = answer;
    const model = new ConnectionModel(client);
    expect(await model.check()).toBe(kind === 'ready');
    expect(model.state.kind).toBe(kind);
  });

  test('is offline without a server', async () => {
    await server.stop();
    const model = new ConnectionModel(client);
    await model.check();
    expect(model.state.kind).toBe('offline');
  });
});

describe('the datasets', () => {
  const names = Array.from({ length: 250 }, (_, index) => `d${String(index).padStart(3, '0')}`);

  beforeEach(() => {
    server.answers['GET datasets'] = ({ query }) => {
      const found = names.filter(name => name.includes(query.get('search') ?? ''));
      const start = Number(query.get('cursor') ?? 0);
      const end = start + Number(query.get('limit'));
      const next = end < found.length ? { next: String(end) } : {};
      const items = found.slice(start, end).map(name => dataset(name));
      return { body: { items, total: found.length, ...next }, etag: `"${query}${names.join()}"` };
    };
  });

  test('come page by page', async () => {
    const model = new DatasetsModel(client);
    await model.load();
    expect([model.items.length, model.total, model.hasMore]).toEqual([100, 250, true]);
    await model.loadMore();
    await model.loadMore();
    expect(model.items.map(item => item.name)).toEqual(names);
    expect(model.hasMore).toBe(false);
  });

  test('are looked at again as far as they were loaded, and nobody is told of what is the same', async () => {
    const model = new DatasetsModel(client);
    await model.load();
    await model.loadMore();
    await model.refresh();
    expect(server.asked.at(-1)!.query.get('limit')).toBe('200');
    let told = 0;
    model.changed.connect(() => (told += 1));
    await model.refresh();
    expect(told).toBe(0);
    names.push('new');
    await model.refresh();
    names.pop();
    expect([told, model.total]).toEqual([1, 251]);
  });

  test('an answer that was overtaken by another question is dropped', async () => {
    const answer = server.answers['GET datasets']!;
    let release = () => {};
    server.answers['GET datasets'] = async asked => {
      if (asked.query.get('search') === 'd1') {
        await new Promise<void>(resolve => (release = resolve));
      }
      return answer(asked);
    };
    const model = new DatasetsModel(client);
    const slow = model.setSearch('d1');
    await until(() => server.asked.length === 1);
    await model.setSearch('d24');
    release();
    await slow;
    expect([model.search, model.total]).toEqual(['d24', 10]);
  });

  test('a failure is kept until the next answer', async () => {
    const answer = server.answers['GET datasets']!;
    server.answers['GET datasets'] = () => problem(500, 'internal_error', 'Something broke.');
    const model = new DatasetsModel(client);
    await model.load();
    expect(model.problem?.message).toBe('Something broke.');
    server.answers['GET datasets'] = answer;
    await model.load();
    expect(model.problem).toBeNull();
  });
});

describe('one dataset', () => {
  let refs: ReturnType<typeof ref>[];

  beforeEach(() => {
    refs = [ref('dev', 'c1'), ref('main', 'c2')];
    server.answers['GET datasets/sales/refs'] = () => ({ body: { items: refs } });
    server.answers['GET datasets/sales/tables'] = ({ query }) => ({
      body: {
        items: [{ name: 'data', rows: Number(query.get('at')!.slice(1)), columns: 1, key: [] }]
      }
    });
    server.answers['GET datasets/sales/commits'] = ({ query }) => ({
      body: query.get('cursor')
        ? { items: [commit('c0')] }
        : { items: [commit(query.get('at')!)], next: 'older' }
    });
  });

  const paths = () => server.asked.map(asked => asked.path.replace('datasets/sales/', ''));

  test('shows main first, and older commits when asked', async () => {
    const model = new DatasetModel(client, 'sales');
    expect(model.isLoading).toBe(true);
    await model.refresh();
    expect([model.shown?.name, model.tables[0]?.rows]).toEqual(['main', 2]);
    await model.loadOlder();
    expect(model.commits.map(found => found.id)).toEqual(['c2', 'c0']);
    expect(model.hasOlder).toBe(false);
  });

  test('shows another branch', async () => {
    const model = new DatasetModel(client, 'sales');
    await model.choose('dev');
    expect([model.shown?.name, model.tables[0]?.rows, model.spec()]).toEqual([
      'dev',
      1,
      'sales@dev'
    ]);
  });

  test('looks at tables and history only where the branch has moved', async () => {
    const model = new DatasetModel(client, 'sales');
    await model.refresh();
    await model.refresh();
    expect(paths()).toEqual(['refs', 'tables', 'commits', 'storage', 'refs']);
    refs = [ref('main', 'c3')];
    await model.refresh();
    expect(model.tables[0]?.rows).toBe(3);
  });

  test('goes back to main where the branch that was shown is gone', async () => {
    const model = new DatasetModel(client, 'sales');
    await model.choose('dev');
    refs = [ref('main', 'c2')];
    await model.refresh();
    expect(model.shown?.name).toBe('main');
  });

  test('a branch that was made is shown', async () => {
    server.answers['POST datasets/sales/refs'] = ({ body }) => {
      const { name, at } = JSON.parse(body) as { name: string; at: string };
      refs = [...refs, ref(name, at)];
      return { status: 201, body: refs.at(-1) };
    };
    const model = new DatasetModel(client, 'sales');
    await model.createRef('fix', 'branch', 'c1');
    expect(model.shown).toMatchObject({ name: 'fix', commit: 'c1' });
  });
});

describe('the workbench', () => {
  test('asks nothing before it is seen, connects when the server comes, and sees what others do', async () => {
    let names = ['sales'];
    const model = new WorkbenchModel({ client, interval: 10 });
    expect(server.asked).toEqual([]);
    model.setVisible(true);
    await until(() => model.connection.state.kind === 'missing');
    server.answers['GET health/ready'] = () => READY;
    server.answers['GET jobs'] = () => ({ body: { items: [], last_event: 0 } });
    server.answers['GET datasets'] = () => ({
      body: { items: names.map(name => dataset(name)), total: names.length }
    });
    server.answers['GET datasets/sales/refs'] = () => ({ body: { items: [] } });
    await until(() => model.datasets.items.length === 1);
    model.toggle('sales');
    await until(() => model.opened.get('sales')?.isLoading === false);
    names = ['other'];
    await until(() => model.opened.size === 0);
    expect(model.datasets.items.map(item => item.name)).toEqual(['other']);
    model.dispose();
  });
});
