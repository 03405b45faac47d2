/** Code for versions: read by %dsa, Python and SQL, with names as odd as the store takes them. */

import { cellsFor, cellsForQuery, magicWord, specFor } from '../src/models/code';
import { sqlName } from '../src/models/sql-names';

const COMMIT = '3fa9c1d2e4'.padEnd(64, '0');

test('a version is named as short as may be', () => {
  expect(specFor({ dataset: 'sales', at: 'main' })).toBe('sales');
  expect(specFor({ dataset: 'sales', at: 'dev' })).toBe('sales@dev');
  expect(specFor({ dataset: 'sales', at: COMMIT })).toBe('sales@3fa9c1d2e4');
  expect(specFor({ dataset: 'book', at: 'main', table: 'Q 1' })).toBe('book@main:Q 1');
});

test.each([
  ['sales@main~2:data', 'sales@main~2:data'],
  ['straße', 'straße'],
  ['book:Q 1', "'book:Q 1'"],
  ['book:a {b} $c \\d', "'book:a {b} $c \\d'"],
  ["book:it's", `"book:it's"`],
  [`book:'"\\ {x} $y`, `"book:'\\"\\\\ \\{x} \\$y"`],
  ['book:#1', "'book:#1'"]
])('%s is a word of %%dsa', (name, word) => {
  expect(magicWord(name)).toBe(word);
});

test.each([
  ['sales', 'sales'],
  ['sales@main~1', 'sales@main~1'],
  ['book@main:Q1', 'book@main:Q1'],
  ['book@main:Q 1', '"book@main:Q 1"'],
  ['order', '"order"'],
  ['Values', '"Values"'],
  ['my.data', '"my.data"'],
  ['2026', '"2026"'],
  ['book@main:a"b', '"book@main:a""b"']
])('%s is a name in SQL', (name, written) => {
  expect(sqlName(name)).toBe(written);
});

test('what has to be run once comes once', () => {
  const of = { dataset: 'sales', at: 'main' };
  expect(cellsFor('magic', of, ['data'], [])).toEqual([
    '%load_ext dsa_workbench',
    '%dsa read sales'
  ]);
  const loaded = ['# setup\n%load_ext dsa_workbench', 'x = 1'];
  expect(cellsFor('magic', of, ['data'], loaded)).toEqual(['%dsa read sales']);
  expect(cellsFor('sql', of, ['data'], loaded)).toEqual([
    '%%dsa sql\nselect *\nfrom sales\nlimit 100'
  ]);
  expect(cellsFor('python', of, ['data'], loaded)).toEqual([
    'import dsa_workbench as dsa\n\nwb = dsa.connect()',
    'df = wb.read("sales").to_pandas()\ndf'
  ]);
  expect(cellsForQuery('select 1', loaded)).toEqual(['%%dsa sql\nselect 1']);
});

test('a workbench that a notebook has is used under its name', () => {
  const of = { dataset: 'sales', at: 'dev' };
  const cells = ['import dsa_workbench as d', 'store = d.connect("https://hub/")'];
  expect(cellsFor('python', of, ['data'], cells)).toEqual([
    'df = store.read("sales@dev").to_pandas()\ndf'
  ]);
  // Something else that connects is no workbench.
  expect(cellsFor('python', of, ['data'], ['db = sqlite3.connect("x")'])).toHaveLength(2);
});

test('the first of several tables is read, and the others are named', () => {
  const loaded = ['%load_ext dsa_workbench'];
  const tables = ['Q 1', 'Q 2'];
  expect(cellsFor('magic', { dataset: 'book', at: 'main' }, tables, loaded)).toEqual([
    "# book has 2 tables: Q 1, Q 2\n%dsa read 'book@main:Q 1'"
  ]);
  expect(cellsFor('sql', { dataset: 'book', at: 'main' }, tables, loaded)).toEqual([
    '%%dsa sql\n-- book has 2 tables: Q 1, Q 2\nselect *\nfrom "book@main:Q 1"\nlimit 100'
  ]);
  expect(cellsFor('magic', { dataset: 'book', at: 'main', table: 'Q 2' }, tables, loaded)).toEqual([
    "%dsa read 'book@main:Q 2'"
  ]);
});
