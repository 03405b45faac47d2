import type { Client } from '../src/api';
import { HistoryModel } from '../src/models';
import { commit, problem, ref, TestServer, until } from './server';

let server: TestServer;
let client: Client;
let refs: ReturnType<typeof ref>[];
let ids: string[];
const models: HistoryModel[] = [];

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  refs = [ref('main', 'c249')];
  ids = Array.from({ length: 250 }, (_, index) => `c${249 - index}`);
  server.answers['GET datasets/sales/refs'] = () => ({
    body: { items: refs },
    etag: `"${refs.map(found => found.commit).join()}"`
  });
  server.answers['GET datasets/sales/commits'] = ({ query }) => {
    const start = ids.indexOf(query.get('cursor') ?? ids[0]!);
    const end = start + Number(query.get('limit'));
    const items = ids.slice(start, end).map((id, index) => ({
      ...commit(id),
      parents: ids.slice(start + index + 1, start + index + 2)
    }));
    return { body: { items, ...(end < ids.length ? { next: ids[end] } : {}) } };
  };
});

afterEach(async () => {
  models.splice(0).forEach(model => model.dispose());
  await server.stop();
});

const opened = async (at?: string): Promise<HistoryModel> => {
  const model = new HistoryModel({ client, dataset: 'sales', at, interval: 10 });
  models.push(model);
  await model.load();
  return model;
};

test('all branches and tags are asked for, and older commits come page by page', async () => {
  const model = await opened();
  expect(server.asked.find(asked => asked.path.endsWith('commits'))!.query.get('all')).toBe('true');
  expect([model.commits.length, model.hasOlder]).toEqual([100, true]);
  await Promise.all([model.loadOlder(), model.loadOlder()]);
  await model.loadOlder();
  expect(model.commits.map(found => found.id)).toEqual(ids);
  expect([model.graph.length, model.hasOlder]).toEqual([250, false]);
});

test('another version is shown from its beginning, with nothing chosen', async () => {
  const model = await opened();
  await model.loadOlder();
  model.choose('c200');
  await model.show('main');
  expect([model.at, model.commits.length, model.chosen]).toEqual(['main', 100, []]);
  expect(server.asked.at(-1)!.query.get('at')).toBe('main');
});

test('two commits are chosen, the older one first whichever was first chosen', async () => {
  const model = await opened();
  model.choose('c240');
  model.choose('c230', true);
  expect([model.pair?.from.id, model.pair?.to.id]).toEqual(['c230', 'c240']);
  model.choose('c248', true);
  expect([model.pair?.from.id, model.pair?.to.id]).toEqual(['c240', 'c248']);
  model.choose('c248', true);
  expect([model.pair, model.chosen]).toEqual([undefined, ['c240']]);
});

test('one that is chosen is described in full', async () => {
  server.answers['GET datasets/sales/commits/c249'] = () => ({
    body: { ...commit('c249'), schema_changes: { data: [{ kind: 'added', column: 'x' }] } }
  });
  const model = await opened();
  model.choose('c249');
  expect(model.detail?.id).toBe('c249');
  await until(() => model.detail !== undefined && 'schema_changes' in model.detail);
});

test('while it is seen it follows what moves, and asks for commits only then', async () => {
  server.answers['GET datasets/sales/commits/c240'] = () => ({ body: commit('c240') });
  const model = await opened();
  model.choose('c240');
  model.setVisible(true);
  const asked = () => server.asked.filter(found => found.path.endsWith('commits')).length;
  const looks = () => server.asked.filter(found => found.path.endsWith('refs')).length;
  const before = looks();
  await until(() => looks() > before + 2);
  expect(asked()).toBe(1);
  ids = ['new', ...ids];
  refs = [ref('main', 'new')];
  await until(() => model.commits[0]?.id === 'new');
  expect([model.refsAt('new').length, model.chosen, asked()]).toEqual([1, ['c240'], 2]);
});

test('a failure is kept with what was there, until the next answer', async () => {
  const model = await opened();
  const answer = server.answers['GET datasets/sales/commits']!;
  server.answers['GET datasets/sales/commits'] = () => problem(500, 'internal_error', 'Broken.');
  await model.loadOlder();
  expect([model.problem?.message, model.commits.length]).toEqual(['Broken.', 100]);
  server.answers['GET datasets/sales/commits'] = answer;
  await model.load();
  expect(model.problem).toBeNull();
});
