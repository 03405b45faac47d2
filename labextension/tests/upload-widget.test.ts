import { Client } from '../src/api';
import { KernelCarrier } from '../src/widgets/carrier';
import { Traits } from '../src/widgets/traits';
import { UploadFace } from '../src/widgets/upload/face';
import { TestKernel } from './kernel';
import { until } from './server';

const UPLOADS = 'datasets/sales/refs/main/uploads';
const PREVIEW = {
  dataset: 'sales',
  ref: 'main',
  promise: 'p',
  would_commit: true,
  tables: [],
  diff: {},
  rejects: {}
};
const PLACED = {
  dataset: 'sales',
  ref: 'main',
  table: '',
  key: ['id'],
  mode: 'upsert',
  message: 'M'
};

function begun(traits: Record<string, unknown>): { kernel: TestKernel; face: UploadFace } {
  const kernel = new TestKernel(traits);
  const upload = { id: 'u', name: 'a.csv', size: 5, part_bytes: 1 };
  kernel.answers[UPLOADS] = () => ({ told: { ...upload, offset: 0 } });
  kernel.answers[`${UPLOADS}/u`] = ({ method }) => ({
    told: method === 'PUT' ? { ...upload, offset: 5 } : undefined
  });
  kernel.answers[`${UPLOADS}/u/preview`] = () => ({ told: PREVIEW });
  return {
    kernel,
    face: new UploadFace(new Client(new KernelCarrier(kernel)), new Traits(kernel))
  };
}

const file = () => new File(['1,2,3'], 'a.csv');

test('a file is sent in bytes beside the words, and previewed as the traits say', async () => {
  const { kernel, face } = begun({ ...PLACED });
  face.take([file()]);
  await until(() => Boolean(face.current?.preview));
  const part = kernel.asked.find(asked => asked.method === 'PUT')!;
  expect(part).toMatchObject({ path: `${UPLOADS}/u`, query: { offset: 0 } });
  expect(kernel.parts.map(bytes => bytes.byteLength)).toEqual([5]);
  expect(kernel.asked.at(-1)).toMatchObject({ body: { key: ['id'], mode: 'upsert' } });
  expect([kernel.get('file'), kernel.get('state'), kernel.get('share')]).toEqual([
    'a.csv',
    'looking',
    1
  ]);
  face.dispose();
});

test('a commit is told by the traits, and the next file is waited for', async () => {
  const { kernel, face } = begun({ ...PLACED });
  kernel.answers[`${UPLOADS}/u/complete`] = () => ({
    told: { commit: 'c0ffee', dataset: 'sales', ref: 'main', created: true, summary: {} }
  });
  face.take([file()]);
  await until(() => face.current?.canCommit === true);
  await face.current!.commit();
  expect([kernel.get('state'), kernel.get('commit')]).toEqual(['done', 'c0ffee']);
  expect([face.current, face.outcome?.commit]).toEqual([null, 'c0ffee']);
});

test('without a dataset the reader is asked, and what he gives up is forgotten', async () => {
  const { kernel, face } = begun({ dataset: '', ref: 'main', key: [] });
  face.take([file()]);
  expect([face.current!.phase, kernel.get('state')]).toEqual(['place', 'place']);
  face.current!.setPlace({ dataset: 'sales', ref: 'main' });
  await face.current!.begin();
  face.cancel();
  await until(() => kernel.asked.at(-1)!.method === 'DELETE');
  expect([face.current, kernel.get('state'), kernel.get('share')]).toEqual([null, 'waiting', 0]);
});

test('a part that does not fit goes on from where the kernel is', async () => {
  const { kernel, face } = begun({ ...PLACED });
  const told = { id: 'u', name: 'a.csv', size: 5, part_bytes: 1, offset: 5 };
  const details = { offset: 2 };
  let tries = 0;
  kernel.answers[`${UPLOADS}/u`] = () =>
    ++tries === 1
      ? { problem: { code: 'upload_conflict', detail: 'It begins elsewhere.', hint: '', details } }
      : { told };
  face.take([file()]);
  await until(() => Boolean(face.current?.preview));
  expect(kernel.parts.map(bytes => bytes.byteLength)).toEqual([5, 3]);
  face.dispose();
});
