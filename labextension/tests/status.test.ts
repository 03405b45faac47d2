/** The line at the edge: what it tells, and that it wakes nothing up. */

import { nullTranslator } from '@jupyterlab/translation';

import type { Client } from '../src/api';
import { StatusModel, WorkbenchModel } from '../src/models';
import { Words } from '../src/panel/words';
import { hostOf, statusTold } from '../src/status/words';
import { job, problem, TestServer, until } from './server';

const DATABASE = 'postgresql+psycopg://dsa:***@db.example.org:5432/dsa';
const READY = { version: '0.1.0', actor: 'ann', database: DATABASE, server: 'PostgreSQL 18' };
const words = new Words(nullTranslator.load('dsa_workbench'));
let server: TestServer;
let client: Client;
let workbench: WorkbenchModel;
let model: StatusModel;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  server.answers['GET health/ready'] = () => ({ body: READY });
  server.answers['GET jobs'] = () => ({ body: { items: [], last_event: 0 } });
  workbench = new WorkbenchModel({ client });
  model = new StatusModel(workbench, 20);
});

afterEach(async () => {
  model.dispose();
  workbench.dispose();
  await server.stop();
});

const short = () => statusTold(model, words).short;

test('a store that nobody uses is left asleep, and told of once it is open', async () => {
  let isOpen = false;
  server.answers['GET health/live'] = () => ({ body: { version: '0.1.0', store_open: isOpen } });
  model.start();
  await until(() => model.isAsleep);
  expect(short()).toBe('DSA: asleep');
  expect(server.asked.map(({ path }) => path)).not.toContain('health/ready');
  isOpen = true;
  await until(() => model.connection.kind === 'ready');
  expect(short()).toBe('DSA: db.example.org');
  expect(statusTold(model, words).long).toContain('as ann (PostgreSQL 18)');
});

test('the job at work is told of, how far it is, and how many more there are', async () => {
  server.answers['GET health/live'] = () => ({ body: { version: '0.1.0', store_open: true } });
  const progress = { phase: 'rows', rows: 10, bytes_done: 45, bytes_total: 100 };
  server.answers['GET jobs'] = () => ({
    body: { items: [job(8, 'queued'), job(7, 'running', { progress })], last_event: 3 }
  });
  model.start();
  await until(() => model.job !== undefined);
  expect(statusTold(model, words)).toMatchObject({ short: 'Import 7.csv 45 % (+1)', share: 0.45 });
});

test('what is wrong is told', async () => {
  model.start();
  server.answers['GET health/ready'] = () => ({ status: 404, body: { message: 'Not Found' } });
  await until(() => model.connection.kind === 'missing');
  expect(statusTold(model, words)).toMatchObject({ short: 'DSA: no server part', isWrong: true });
  server.answers['GET health/live'] = () => ({ body: { version: '0.1.0', store_open: true } });
  server.answers['GET health/ready'] = () => problem(503, 'database_unavailable', 'No answer.');
  await until(() => model.connection.kind === 'broken');
  expect(statusTold(model, words).long).toBe('DSA Workbench: No answer.');
  await server.stop();
  await until(() => model.connection.kind === 'offline');
  expect(short()).toBe('DSA: offline');
});

test.each([
  [DATABASE, 'db.example.org'],
  ['postgresql+psycopg://dsa:***@/dsa?host=%2Ftmp%2Fsocket', ''],
  ['postgresql://dsa@localhost/dsa', '']
])('the host of %s is told as %s', (database, host) => {
  expect(hostOf({ database })).toBe(host);
});
