import type { Client } from '../src/api';
import { holdsTables, ImportModel, nameFor } from '../src/models';
import { tablesFor } from '../src/models/files';
import { commit, job, problem, ref, TestServer, until } from './server';

const ROOT = 'datasets/sales/refs/main/uploads';
const TIMES = { pause: 5, most: 20, settle: 20, follow: 5 };

let server: TestServer;
let client: Client;
let model: ImportModel;
let head: string;

const PREVIEW = { would_commit: true, notes: [], tables: [], rejects: {}, diff: {}, findings: {} };

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  head = 'c1';
  let count = 0;
  const told = (id: string) => ({ id, name: id, size: 3, offset: 3, part_bytes: 65536 });
  server.answers[`POST ${ROOT}`] = () => ({ status: 201, body: told(`u${++count}`) });
  server.answers[`POST ${ROOT}/u1/preview`] = () => ({
    body: { ...PREVIEW, head, promise: `${head}.x` }
  });
  server.answers[`DELETE ${ROOT}/u1`] = () => ({ status: 204 });
  model = begun(['a.csv']);
});

afterEach(async () => {
  model.dispose();
  await server.stop();
});

function begun(names: string[]): ImportModel {
  const sources = names.map(name => ({ kind: 'server' as const, name, path: name }));
  return new ImportModel({ client, sources, dataset: 'sales', times: TIMES });
}

const bodies = (path: string) =>
  server.asked
    .filter(asked => asked.path === `${ROOT}/${path}`)
    .map(asked => JSON.parse(asked.body) as Record<string, unknown>);

test('what was previewed is committed, with its promise', async () => {
  const summary = { data: { added: 2, removed: 1, changed: 0 } };
  server.answers[`POST ${ROOT}/u1/complete`] = () => ({
    status: 201,
    body: { commit: 'c2', created: true, summary }
  });
  await model.begin();
  expect([model.phase, model.canCommit]).toEqual(['looking', true]);
  model.choose({ message: 'April' });
  await model.commit();
  expect(bodies('u1/complete')).toEqual([{ mode: 'replace', message: 'April', promise: 'c1.x' }]);
  expect(model.outcome).toMatchObject({ commit: 'c2', added: 2, removed: 1, changed: 0 });
});

test('choices are previewed when no more are made, and the latest wins', async () => {
  await model.begin();
  model.choose({ mode: 'append' });
  expect(model.canCommit).toBe(false);
  model.choose({ skips: true, types: { qty: 'int' } });
  await until(() => !model.isLooking);
  expect(bodies('u1/preview').slice(1)).toEqual([
    expect.objectContaining({ mode: 'append', rejects: 'skip', types: { qty: 'int' } })
  ]);
  let release = () => {};
  const quick = server.answers[`POST ${ROOT}/u1/preview`]!;
  server.answers[`POST ${ROOT}/u1/preview`] = async asked => {
    await new Promise<void>(resolve => (release = resolve));
    return quick(asked);
  };
  const slow = model.look();
  await until(() => bodies('u1/preview').length === 3);
  server.answers[`POST ${ROOT}/u1/preview`] = quick;
  head = 'c9';
  await model.look();
  head = 'old';
  release();
  await slow;
  expect([model.preview?.head, model.isLooking]).toEqual(['c9', false]);
});

test('a refused choice keeps the preview, and nothing can be committed', async () => {
  await model.begin();
  server.answers[`POST ${ROOT}/u1/preview`] = () =>
    problem(422, 'import_rejected', 'a.csv, line 3: no', 'Correct it.');
  await model.look();
  expect([model.canCommit, model.isStale, model.preview?.head]).toEqual([false, true, 'c1']);
  expect(model.problem).toMatchObject({ message: 'a.csv, line 3: no', hint: 'Correct it.' });
});

test('who moved the branch is told, and the upload is looked at again on the new head', async () => {
  await model.begin();
  server.answers[`POST ${ROOT}/u1/complete`] = () =>
    problem(409, 'ref_conflict', 'sales@main was moved since the preview.');
  const items = [commit('c3'), commit('c2'), commit('c1')];
  server.answers['GET datasets/sales/commits'] = () => ({ body: { items } });
  await model.commit();
  expect(model.conflict?.commits.map(found => found.id)).toEqual(['c3', 'c2']);
  expect(model.canCommit).toBe(false);
  head = 'c3';
  await model.look();
  expect([model.conflict, model.canCommit]).toEqual([null, true]);
  expect(bodies('u1/preview')).toHaveLength(2);
});

test('a job that takes the import is followed to its end', async () => {
  await model.begin();
  const states = ['running', 'running', 'succeeded'];
  server.answers[`POST ${ROOT}/u1/complete`] = () => ({ status: 202, body: job(7, 'queued') });
  server.answers['GET jobs/7'] = () => ({
    body: job(7, states.shift()!, { result: { commit: 'c2', created: true } })
  });
  server.answers['GET datasets/sales/commits/c2'] = () => ({
    body: commit('c2', { data: { added: 5 } })
  });
  await model.commit();
  expect([model.phase, model.outcome?.added]).toEqual(['done', 5]);
});

test('a job that fails says why, and the choices can be changed', async () => {
  await model.begin();
  server.answers[`POST ${ROOT}/u1/complete`] = () => ({ status: 202, body: job(7, 'queued') });
  const error = { code: 'import_rejected', message: 'Line 3: no', hint: 'Correct it.' };
  server.answers['GET jobs/7'] = () => ({ body: job(7, 'failed', { error }) });
  await model.commit();
  expect([model.phase, model.problem?.message]).toEqual(['looking', 'Line 3: no']);
});

test('before a job takes large files it is seen that the branch is where it was', async () => {
  server.answers[`POST ${ROOT}`] = () => ({
    status: 201,
    body: { id: 'u1', name: 'a.csv', size: 40 << 20, offset: 40 << 20, part_bytes: 65536 }
  });
  server.answers['GET datasets/sales/refs'] = () => ({ body: { items: [ref('main', 'c2')] } });
  server.answers['GET datasets/sales/commits'] = () => ({ body: { items: [commit('c2')] } });
  await model.begin();
  await model.commit();
  expect(model.conflict?.commits.map(found => found.id)).toEqual(['c2']);
  expect(bodies('u1/complete')).toEqual([]);
});

test('several files are a table each, or the parts of one', async () => {
  model = begun(['a.csv', 'b.csv']);
  await model.begin();
  model.choose({ shape: 'parts' });
  await until(() => !model.isLooking);
  const [tables, parts] = bodies('u1/preview');
  expect(tables).toMatchObject({ tables: { a: 'u1', b: 'u2' } });
  expect(parts).toMatchObject({ files: [{ upload: 'u1' }, { upload: 'u2' }] });
});

test('cancelling forgets what was brought', async () => {
  await model.begin();
  await model.cancel();
  expect(model.phase).toBe('cancelled');
  expect(server.asked.at(-1)).toMatchObject({ method: 'DELETE', path: `${ROOT}/u1` });
});

test('names of files say what they hold, and what it is called', () => {
  expect(['a.csv', 'b.CSV.gz', 'c.xlsx', 'd.jsonl.zst', 'e.zip'].every(holdsTables)).toBe(true);
  expect(['a.ipynb', 'b.gz', 'c.csv.md', 'd'].some(holdsTables)).toBe(false);
  expect(nameFor('Orders (May) 2026.csv.gz')).toBe('Orders-May-2026');
  expect(nameFor('…')).toBe('data');
  expect(tablesFor(['a.csv', 'a.tsv'])).toEqual(['a', 'a-2']);
});
