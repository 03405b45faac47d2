import type { Client } from '../src/api';
import { AccessModel, type Need, WorkbenchModel } from '../src/models';
import { NEEDS } from '../src/models/access';
import { changesOf, refuseFirst } from '../src/panel/changes';
import { mayOf, refusalOf, refusedOf } from '../src/panel/permission-words';
import { PanelState } from '../src/panel/state';
import { nullTranslator } from '@jupyterlab/translation';
import { commit, dataset, ref, TestServer, until } from './server';

const ME = 'GET /user/ann/api/me';
const trans = nullTranslator.load('');
const identity = { username: 'ann', name: 'Ann', display_name: 'Ann B.' };

let server: TestServer;
let client: Client;

beforeEach(async () => {
  server = new TestServer();
  client = await server.start();
});

afterEach(() => server.stop());

/** Have the server permit these, as Jupyter Server answers. */
function permit(...needs: Need[]): void {
  server.answers[ME] = ({ query }) => {
    const asked = JSON.parse(query.get('permissions')!) as Record<string, string[]>;
    const found = Object.entries(asked).map(([resource, actions]) => [
      resource,
      actions.filter(action => needs.some(need => need === action + resource.replace(/.*:/, ' ')))
    ]);
    const permissions = Object.fromEntries(found) as Record<string, string[]>;
    return { body: { identity, permissions } };
  };
}

describe('what one may do', () => {
  test('is all, until the server has answered, and where it does not', async () => {
    const access = new AccessModel(client);
    expect([access.isKnown, access.may('write refs'), access.name]).toEqual([false, true, '']);
    await access.check();
    expect([access.isKnown, access.may('write refs'), access.refused]).toEqual([false, true, []]);
    expect(mayOf(access, trans) + refusedOf(access, trans)).toBe('');
  });

  test.each([
    ['may administer', () => NEEDS, 0],
    ['may read and write', () => NEEDS.filter(need => need !== 'write upkeep'), 1],
    ['may write in part', () => NEEDS.filter(need => need !== 'write refs'), 1],
    ['may read', () => NEEDS.filter(need => need.startsWith('read')), 5]
  ])('is told as: %s', async (told, permitted, refused) => {
    permit(...permitted());
    const access = new AccessModel(client);
    await access.check();
    expect([access.name, mayOf(access, trans)]).toEqual(['Ann B.', told]);
    expect(access.refused).toHaveLength(refused);
    expect(refusedOf(access, trans)).toMatch(refused === 0 ? /^Permitted: / : /^Not permitted: /);
  });

  test('is told of when it changes, and then only', async () => {
    permit(...NEEDS);
    const access = new AccessModel(client);
    let told = 0;
    access.changed.connect(() => (told += 1));
    await access.check();
    await access.check();
    expect(told).toBe(1);
    permit('read datasets');
    await access.check();
    expect([told, access.may('read datasets'), access.may('write datasets')]).toEqual([
      2,
      true,
      false
    ]);
  });

  test('is refused in a sentence, each need in its own', () => {
    const sentences = NEEDS.map(need => refusalOf(need, trans));
    expect(new Set(sentences).size).toBe(NEEDS.length);
    expect(refusalOf('write uploads', trans)).toBe(
      'This server does not permit you to import files.'
    );
  });
});

describe('what the chosen row changed', () => {
  const first = { ...commit('c1'), parents: [] };
  const second = { ...commit('c2'), parents: ['c1'] };
  let model: WorkbenchModel;
  let state: PanelState;

  async function open(refs: ReturnType<typeof ref>[], commits: unknown[]): Promise<void> {
    server.answers['GET datasets'] = () => ({ body: { items: [dataset('sales')], total: 1 } });
    server.answers['GET datasets/sales/refs'] = () => ({ body: { items: refs } });
    const tables = [{ name: 'data', rows: 1, columns: 1, key: [] }];
    server.answers['GET datasets/sales/tables'] = () => ({ body: { items: tables } });
    server.answers['GET datasets/sales/commits'] = () => ({ body: { items: commits } });
    model = new WorkbenchModel({ client });
    state = new PanelState(model);
    await model.datasets.load();
    const opened = model.toggle('sales')!;
    await until(() => opened.commits.length > 0);
  }

  afterEach(() => model.dispose());

  function changes(key: string): ReturnType<typeof changesOf> {
    state.choose(key);
    return changesOf(state);
  }

  test('is nothing before the first version', async () => {
    await open([ref('main', 'c1'), ref('dev', 'c1')], [first]);
    for (const key of ['d:sales', 'r:main@sales', 't:data@sales', 'c:c1@sales']) {
      expect(changes(key)).toBeUndefined();
    }
    expect(changes('r:dev@sales')).toMatchObject({ from: 'main', to: 'dev' });
  });

  test('is told against the version before', async () => {
    await open([ref('main', 'c2')], [second, first]);
    for (const key of ['d:sales', 'r:main@sales', 't:data@sales']) {
      expect(changes(key)).toMatchObject({ dataset: 'sales', from: 'main~1', to: 'main' });
    }
    expect(changes('t:data@sales')?.table).toBe('data');
    expect(changes('c:c2@sales')).toMatchObject({ from: 'c1', to: 'c2' });
    expect(changes('c:c1@sales')).toBeUndefined();
  });

  test('is found out where the dataset is not open', async () => {
    await open([ref('main', 'c1')], [first]);
    model.toggle('sales', false);
    const of = changes('d:sales')!;
    expect(of).toMatchObject({ from: 'main~1', to: 'main' });
    const words = { message: (spec: string) => `${spec} is the first.`, hint: '' };
    await expect(refuseFirst(client, of, words)).rejects.toThrow('sales@main is the first.');
    await refuseFirst(client, { ...of, from: 'dev' }, words);
    server.answers['GET datasets/sales/commits'] = () => ({ body: { items: [second] } });
    await refuseFirst(client, of, words);
  });
});
