import { createHash } from 'node:crypto';

import type { Client } from '../src/api';
import { Upload } from '../src/models';
import { type IAnswer, problem, TestServer, until } from './server';

const PLACE = { dataset: 'sales', ref: 'main' };
const ROOT = 'datasets/sales/refs/main/uploads';
const PART = 64 << 10;
const TEXT = 'abcdefgh'.repeat((3 * PART + 800) / 8);
const TIMES = { pause: 5, most: 20 };

let server: TestServer;
let client: Client;
let upload: Upload;
/** What is on the server's disk. */
let here: string;
/** What is answered to a part instead of taking it. */
let spoil: (offset: number, tries: number) => IAnswer | undefined;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
  here = '';
  spoil = () => undefined;
  const told = () => ({ id: 'u1', name: 'a.csv', offset: here.length, part_bytes: PART });
  const tries: number[] = [];
  server.answers[`POST ${ROOT}`] = () => ({ status: 201, body: told() });
  server.answers[`GET ${ROOT}/u1`] = () => ({ body: told() });
  server.answers[`DELETE ${ROOT}/u1`] = () => ({ status: 204 });
  server.answers[`PUT ${ROOT}/u1`] = ({ query, body, headers }) => {
    const offset = Number(query.get('offset'));
    tries.push(offset);
    const spoiled = spoil(offset, tries.filter(other => other === offset).length);
    if (spoiled) {
      return spoiled;
    }
    const digest = createHash('sha256').update(body).digest('base64');
    expect(headers['content-digest']).toBe(`sha-256=:${digest}:`);
    expect(offset).toBe(here.length);
    here += body;
    return { body: told() };
  };
  const source = { kind: 'file' as const, name: 'a.csv', file: new Blob([TEXT]) };
  upload = new Upload(client, PLACE, source, TIMES);
});

afterEach(() => server.stop());

function refused(status: number, code: string, detail: string, offset: number): IAnswer {
  const answer = problem(status, code, detail);
  return { ...answer, body: { ...(answer.body as object), details: { offset } } };
}

const offsets = () =>
  server.asked.filter(asked => asked.method === 'PUT').map(asked => asked.query.get('offset'));

test('a file goes in parts, each with its digest', async () => {
  await upload.run();
  expect([upload.state, here === TEXT, upload.offset]).toEqual(['here', true, TEXT.length]);
  expect(offsets()).toEqual(['0', '65536', '131072', '196608']);
  expect(JSON.parse(server.asked[0]!.body)).toEqual({ name: 'a.csv', size: TEXT.length });
});

test('a connection that breaks is waited for, and the server says where to go on', async () => {
  const states: string[] = [];
  upload.changed.connect(({ state }) => states.push(state));
  spoil = (offset, tries) => {
    if (offset === PART && tries < 3) {
      here += tries === 2 ? TEXT.slice(PART, PART + 100) : ''; // some of it came before the break
      server.http.closeAllConnections();
      return { status: 500 };
    }
    return undefined;
  };
  await upload.run();
  expect([upload.state, here === TEXT]).toEqual(['here', true]);
  expect(states).toContain('broken');
  expect(offsets()).toContain(`${PART + 100}`);
  expect(upload.problem).toBeNull();
});

test('a part that begins elsewhere than the server is goes on from where that is', async () => {
  spoil = (offset, tries) => {
    if (offset === PART && tries === 1) {
      here = TEXT.slice(0, PART / 2);
      return refused(409, 'upload_conflict', 'The part begins elsewhere.', PART / 2);
    }
    return undefined;
  };
  await upload.run();
  expect([upload.state, here === TEXT]).toEqual(['here', true]);
});

test('a part that comes damaged again and again is told of, and can be gone on with', async () => {
  let isDamaged = true;
  spoil = offset =>
    isDamaged && offset === PART
      ? refused(400, 'invalid_input', 'The SHA-256 of the part is another.', PART)
      : undefined;
  await upload.run();
  expect(upload.state).toBe('failed');
  expect(upload.problem?.message).toBe('The SHA-256 of the part is another.');
  isDamaged = false;
  await upload.run();
  expect([upload.state, here === TEXT, offsets()[0]]).toEqual(['here', true, '0']);
});

test('what the server refuses is told at once', async () => {
  server.answers[`POST ${ROOT}`] = () => problem(507, 'quota_exceeded', 'There is no room.');
  await upload.run();
  expect([upload.state, upload.problem?.code]).toEqual(['failed', 'quota_exceeded']);
});

test('a cancelled upload is aborted, and the server forgets it', async () => {
  let release = () => {};
  spoil = () => undefined;
  server.answers[`PUT ${ROOT}/u1`] = async () => {
    await new Promise<void>(resolve => (release = resolve));
    return { status: 500 };
  };
  const running = upload.run();
  await until(() => offsets().length === 1);
  await upload.cancel();
  await running;
  release();
  expect(upload.state).toBe('cancelled');
  expect(server.asked.at(-1)).toMatchObject({ method: 'DELETE', path: `${ROOT}/u1` });
});

test('a file that can be read no more is no broken connection', async () => {
  const file = new Blob([TEXT]);
  file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) as unknown as Blob;
  upload = new Upload(client, PLACE, { kind: 'file', name: 'a.csv', file }, TIMES);
  await upload.run();
  expect([upload.state, upload.problem?.code]).toEqual(['failed', 'file_unreadable']);
});

test('a file of the server is taken by the server itself', async () => {
  server.answers[`POST ${ROOT}`] = () => ({
    status: 201,
    body: { id: 'u1', name: 'a.csv', size: 9, offset: 9, part_bytes: PART }
  });
  upload = new Upload(client, PLACE, { kind: 'server', name: 'a.csv', path: 'in/a.csv' }, TIMES);
  await upload.run();
  expect([upload.state, upload.size, server.asked.length]).toEqual(['here', 9, 1]);
  expect(JSON.parse(server.asked[0]!.body)).toEqual({ name: 'a.csv', path: 'in/a.csv' });
});
