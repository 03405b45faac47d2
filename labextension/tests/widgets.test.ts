import { tableFromArrays, tableToIPC } from '@uwdata/flechette';

import { Client } from '../src/api';
import { DiffModel } from '../src/models';
import { KernelCarrier } from '../src/widgets/carrier';
import { JobFollowed } from '../src/widgets/job-followed';
import { TableModel } from '../src/widgets/table/model';
import { Traits } from '../src/widgets/traits';
import { words } from '../src/widgets/words';
import { TestKernel } from './kernel';
import { until } from './server';

const COMMIT = 'c'.repeat(64);
const OF = { dataset: 'sales', at: 'main', table: undefined };
const SCHEMA = { commit: COMMIT, table: 'data', rows: 9, columns: [], tables: ['data'] };

let kernel: TestKernel;
let carrier: KernelCarrier;
let client: Client;

beforeEach(() => {
  kernel = new TestKernel();
  carrier = new KernelCarrier(kernel);
  client = new Client(carrier);
});

function stream(columns: Record<string, unknown[]>): Uint8Array {
  return tableToIPC(tableFromArrays(columns), { format: 'stream' })!;
}

test('the client of the panel asks the kernel in the words of the server', async () => {
  kernel.answers['datasets/a%2Fb/refs'] = () => ({ told: { items: [{ name: 'main' }] } });
  expect(await client.refs('a/b')).toEqual([{ name: 'main' }]);
  expect(kernel.asked[0]).toMatchObject({ method: 'GET', path: 'datasets/a%2Fb/refs' });
});

test('rows come as bytes, and bytes of views that begin elsewhere are cut out of their buffers', async () => {
  kernel.answers['datasets/sales/data'] = () => ({ bytes: new Uint8Array([7, 8]) });
  const bytes = await client.data({ ...OF, at: COMMIT }, { offset: 3, limit: 2 });
  expect([...bytes]).toEqual([7, 8]);
  expect(kernel.asked[0]!.query).toMatchObject({ at: COMMIT, offset: 3, limit: 2 });
});

test('what the kernel refuses is a problem with a hint', async () => {
  kernel.answers['datasets/sales/refs'] = () => ({
    problem: { code: 'not_found', detail: 'There is no dataset.', hint: 'Did you mean sale?' }
  });
  await expect(client.refs('sales')).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no dataset.',
    hint: 'Did you mean sale?'
  });
});

test('who no longer waits is told so at once, and a late answer finds nobody', async () => {
  const leaving = new AbortController();
  const rows = client.data(OF, {}, leaving.signal);
  leaving.abort();
  await expect(rows).rejects.toMatchObject({ code: 'cancelled' });
  const other = client.refs('sales');
  carrier.dispose();
  await expect(other).rejects.toMatchObject({ code: 'cancelled' });
  expect(kernel.listeners).toBe(0);
});

test('two views on one line each hear their own answers', async () => {
  const second = new Client(new KernelCarrier(kernel));
  let count = 0;
  kernel.answers['datasets/sales/refs'] = () => ({ told: { items: [++count] } });
  expect(await Promise.all([client.refs('sales'), second.refs('sales')])).toEqual([[1], [2]]);
});

test('a table is pinned to the commit that answered, and its rows are counted', async () => {
  kernel.answers['datasets/sales/schema'] = () => ({ told: SCHEMA });
  kernel.answers['datasets/sales/data'] = ({ query }) => ({
    headers: { 'X-DSA-Total': '5' },
    bytes: stream({ id: query?.limit === 0 ? [] : [10, 11] })
  });
  const model = new TableModel(client);
  await model.load({ of: OF, where: 'id > 4', columns: ['id'] });
  expect(model.problem).toBeNull();
  expect(model.rows!.rows).toBe(5);
  const page = await model.rows!.page(2, 2, null, new AbortController().signal);
  expect(page.text(0, 1)).toBe('11');
  expect(kernel.asked.map(({ query }) => query!.at)).toEqual(['main', COMMIT, COMMIT]);
  expect(kernel.asked[2]!.query).toMatchObject({ where: 'id > 4', columns: 'id', offset: 2 });
});

test('a condition that cannot be read leaves the rows as they are, and says why', async () => {
  kernel.answers['datasets/sales/schema'] = () => ({ told: SCHEMA });
  kernel.answers['datasets/sales/data'] = ({ query }) =>
    query?.where
      ? { problem: { code: 'invalid_input', detail: 'No column town.', hint: '' } }
      : { headers: { 'X-DSA-Total': '9' }, bytes: stream({ id: [1] }) };
  const model = new TableModel(client);
  await model.load({ of: OF, where: '', columns: [] });
  const { rows } = model;
  await model.load({ of: OF, where: 'town = 1', columns: [] });
  expect(model.rows).toBe(rows);
  expect(model.problem).toMatchObject({ message: 'No column town.' });
});

test('the model of diffs works on a diff that the kernel holds', async () => {
  const table = { added: 1, removed: 0, changed: 0, unchanged: 2, moved: 0 };
  const more = {
    cells: {},
    reformed: {},
    pairing: '',
    key: [],
    columns: ['id'],
    schema_changes: []
  };
  kernel.answers['datasets/diff/refs'] = () => ({ told: { items: [] } });
  kernel.answers['datasets/diff/diff'] = ({ accept }) =>
    accept
      ? { bytes: stream({ change: ['added'], old_row: [0], new_row: [0], x: [0], a: [0], b: [1] }) }
      : {
          told: {
            from_commit: 'old',
            to_commit: 'new',
            total: 1,
            tables: { data: { ...table, ...more } }
          }
        };
  const names = { change: 'change', old: (name: string) => `old ${name}`, now: String };
  const model = new DiffModel({ client, of: { dataset: 'diff', from: 'a', to: 'b' }, names });
  await model.load();
  expect(model.problem).toBeNull();
  expect(model.source!.rows).toBe(1);
  expect(model.moved).toEqual([]);
  model.dispose();
});

test('traits are told once for all that has changed, and not where nothing has', () => {
  const traits = new Traits(kernel);
  const told: string[] = [];
  traits.follow(['row'], () => told.push(`row ${traits.number('row')}`));
  traits.put({ row: 3, column: 'id', kinds: ['added'] });
  traits.put({ row: 3, column: 'id', kinds: ['added'] });
  expect(kernel.saved).toBe(1);
  expect(told).toEqual(['row 3']);
  expect(traits.texts('kinds')).toEqual(['added']);
  traits.dispose();
  kernel.set('row', 4);
  expect(told).toHaveLength(1);
});

test('words are filled in where nobody translates them', () => {
  const { trans } = words;
  expect(trans.__('%1 of %2', 1, 'two')).toBe('1 of two');
  expect(trans._n('%2 row', '%2 rows', 1, '1')).toBe('1 row');
  expect(words.rows(20_000)).toBe(`${(20_000).toLocaleString()} rows`);
  expect(trans.__('50% of %3', 1)).toBe('50% of %3');
});

test('a job is looked at until it has ended, and tells its traits', async () => {
  const progress = { phase: 'Reading', rows: 5, bytes_done: 5, bytes_total: 10 };
  const states = ['running', 'running', 'succeeded'];
  kernel = new TestKernel({ job: 7 });
  carrier = new KernelCarrier(kernel);
  const shares: unknown[] = [];
  kernel.on('change:share', () => shares.push(kernel.get('share')));
  kernel.answers['jobs/7'] = () => ({ told: { id: 7, state: states.shift(), progress } });
  const job = new JobFollowed(new Client(carrier), new Traits(kernel), 1);
  await until(() => kernel.get('state') === 'succeeded');
  expect(shares).toEqual([0.5, 1]);
  const looks = kernel.asked.length;
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(kernel.asked).toHaveLength(looks);
  kernel.answers['jobs/7/cancel'] = () => ({
    problem: { code: 'invalid_input', detail: 'It has ended.', hint: '' }
  });
  await job.attempt(() => job.cancel(7));
  expect(job.problem).toMatchObject({ message: 'It has ended.' });
  job.dispose();
});
