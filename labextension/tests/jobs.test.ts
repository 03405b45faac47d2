import { WebSocketServer } from 'ws';

import type { Client, JobState } from '../src/api';
import { JobsModel, shareOf } from '../src/models';
import { job, TestServer, until } from './server';

let server: TestServer;
let client: Client;
let model: JobsModel;
let state: JobState;
let changes: { id: number; job: number; event: string; state: string }[];

const TIMES = { ask: 5, reconnect: 5, most: 20 };

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  model = new JobsModel(client, TIMES);
  state = 'running';
  changes = [];
  server.answers['GET jobs'] = () => ({ body: { items: [job(7, state)], last_event: 3 } });
  server.answers['GET jobs/7'] = () => ({
    body: job(7, state, state === 'running' ? {} : { ended_at: '2026-03-01T10:01:00Z' })
  });
  server.answers['GET jobs/events'] = ({ query }) => ({
    body: { items: changes.filter(change => change.id > Number(query.get('after'))) }
  });
});

afterEach(async () => {
  model.dispose();
  await server.stop();
});

function end(): void {
  state = 'succeeded';
  changes.push({ id: 4, job: 7, event: 'ended', state });
}

test('where no WebSocket comes through, changes are asked for', async () => {
  const ended: number[] = [];
  model.ended.connect((_, found) => ended.push(found.id));
  await model.follow();
  expect(model.active.map(found => found.id)).toEqual([7]);
  end();
  await until(() => ended.length > 0);
  expect(model.active).toEqual([]);
  expect(ended).toEqual([7]);
});

test('over a WebSocket progress and changes come by themselves, from the change that is known', async () => {
  const sockets = new WebSocketServer({ server: server.http });
  const urls: string[] = [];
  sockets.on('connection', (socket, request) => {
    urls.push(request.url ?? '');
    const progress = { phase: 'rows', rows: 5, bytes_done: 50, bytes_total: 100 };
    socket.send(JSON.stringify({ type: 'progress', job: job(7, 'running', { progress }) }));
  });
  await model.follow();
  await until(() => model.items[0]?.progress.rows === 5);
  expect(shareOf(model.items[0]!)).toBe(0.5);
  expect(urls[0]).toContain('/user/ann/dsa/api/v1/jobs/live?after=3');
  end();
  for (const socket of sockets.clients) {
    socket.send(JSON.stringify({ type: 'change', change: changes[0] }));
  }
  await until(() => model.active.length === 0);
  expect(server.asked.some(asked => asked.path === 'jobs/events')).toBe(false);
  sockets.close();
});

test.each(['dispose', 'rest'] as const)(
  'a first answer that comes after %s opens no WebSocket, and asks no more',
  async how => {
    const sockets = new WebSocketServer({ server: server.http });
    let opened = 0;
    sockets.on('connection', () => (opened += 1));
    const following = model.follow();
    model[how]();
    await following;
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(opened).toBe(0);
    expect(server.asked.map(({ path }) => path)).toEqual(['jobs']);
    sockets.close();
  }
);

test('progress that comes after the end changes nothing', async () => {
  const sockets = new WebSocketServer({ server: server.http });
  await model.follow();
  await until(() => sockets.clients.size === 1);
  const [socket] = sockets.clients;
  end();
  socket!.send(JSON.stringify({ type: 'change', change: changes[0] }));
  await until(() => model.active.length === 0);
  socket!.send(JSON.stringify({ type: 'progress', job: job(7, 'running') }));
  socket!.send(JSON.stringify({ type: 'progress', job: job(8, 'running') }));
  await until(() => model.items.length === 2);
  expect(model.items.map(found => [found.id, found.state])).toEqual([
    [8, 'running'],
    [7, 'succeeded']
  ]);
  sockets.close();
});

test('a log is read from where it was read to', async () => {
  const lines = [{ id: 1, at: '2026-03-01T10:00:00Z', level: 'info', text: 'begun' }];
  server.answers['GET jobs/7/log'] = ({ query }) => ({
    body: { items: lines.filter(line => line.id > Number(query.get('after'))) }
  });
  await model.follow();
  await model.toggleLog(7);
  expect(model.logOf(7).map(line => line.text)).toEqual(['begun']);
  lines.push({ id: 2, at: '2026-03-01T10:00:01Z', level: 'info', text: 'ended' });
  end();
  await until(() => model.logOf(7).length === 2);
  await model.toggleLog(7);
  expect([model.isOpen(7), model.logOf(7)]).toEqual([false, []]);
});

test('a job is cancelled, and done again', async () => {
  server.answers['POST jobs/7/cancel'] = () => ({ status: 202, body: job(7, 'cancelled') });
  server.answers['POST jobs/7/retry'] = () => ({ status: 202, body: job(9, 'queued') });
  await model.follow();
  await model.cancel(7);
  expect(model.items[0]?.state).toBe('cancelled');
  await model.retry(7);
  expect(model.items.map(found => found.id)).toEqual([9, 7]);
});
