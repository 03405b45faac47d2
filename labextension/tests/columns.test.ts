/** Arrow as texts: every digit of every type. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { float32, int64, tableFromArrays, tableToIPC, uint64 } from '@uwdata/flechette';

import { Columns } from '../src/parts/columns';

function bytesOf(
  arrays: Record<string, unknown[]>,
  types: NonNullable<Parameters<typeof tableFromArrays>[1]>['types'] = {}
): Uint8Array {
  return tableToIPC(tableFromArrays(arrays, { types, useBigInt: true }), {})!;
}

function textsOf(columns: Columns, name: string): (string | null)[] {
  const column = columns.index(name);
  return Array.from({ length: columns.rows }, (_, row) => columns.text(column, row));
}

test('numbers keep all their digits', () => {
  const columns = Columns.read(
    bytesOf(
      {
        big: [9007199254740993n, -1n, null],
        most: [18446744073709551615n, 0n, null],
        real: [0.1, 1e300, -0],
        single: [0.1, 16777216, 1 / 3],
        strange: [NaN, Infinity, -Infinity]
      },
      { big: int64(), most: uint64(), single: float32() }
    )
  );
  expect(textsOf(columns, 'big')).toEqual(['9007199254740993', '-1', null]);
  expect(textsOf(columns, 'most')).toEqual(['18446744073709551615', '0', null]);
  expect(textsOf(columns, 'real')).toEqual(['0.1', '1e+300', '-0']);
  expect(textsOf(columns, 'single')).toEqual(['0.1', '16777216', '0.33333334']);
  expect(textsOf(columns, 'strange')).toEqual(['NaN', 'Infinity', '-Infinity']);
  expect(columns.columns.map(({ type, align }) => [type, align])).toEqual([
    ['int64', 'right'],
    ['uint64', 'right'],
    ['float64', 'right'],
    ['float32', 'right'],
    ['float64', 'right']
  ]);
});

test('null is no text, and the empty text is one', () => {
  const columns = Columns.read(bytesOf({ city: ['Ulm', '', null] }));
  expect(textsOf(columns, 'city')).toEqual(['Ulm', '', null]);
  expect(columns.text(5, 0)).toBeNull();
});

test('long values are cut only where that is asked for', () => {
  const columns = Columns.read(bytesOf({ long: ['x'.repeat(1000)], list: [Array(500).fill(7)] }));
  expect(columns.text(0, 0, 10)).toBe('xxxxxxxxxx…');
  expect(columns.text(0, 0)).toHaveLength(1000);
  expect(columns.text(1, 0, 10)).toBe('[7,7,7,7,7…');
  expect(columns.text(1, 0)).toHaveLength(1001);
});

test('all types that pyarrow writes are read, named as the server names them, and told', () => {
  const columns = Columns.read(readFileSync(join(__dirname, 'arrow.arrows')));
  const told = columns.columns.map(({ name, type }, index) => [name, type, columns.text(index, 0)]);
  expect(told).toEqual([
    ['large', 'string', 'Ulm'],
    ['view', 'string', 'a text of more than twelve bytes'],
    ['bytes', 'binary', '00ff'],
    ['fixed', 'fixed_binary[3]', '010203'],
    ['wide', 'decimal128(38, 2)', '-12345678901234567890123456789.05'],
    ['wider', 'decimal256(76, 3)', `1${'0'.repeat(60)}.001`],
    ['narrow', 'decimal32(5, 2)', '-0.05'],
    ['thousands', 'decimal128(9, -3)', '-12000'],
    ['nested', 'list<"item": decimal256(60, -2)>', '[700,null]'],
    ['ns', 'timestamp[ns]', '2026-03-01 10:13:20.123456789'],
    ['berlin', 'timestamp[us, Europe/Berlin]', '2026-03-01 11:13:20.123456+01:00'],
    ['offset', 'timestamp[s, +05:30]', '2026-03-01 15:43:20+05:30'],
    ['early', 'timestamp[ms, UTC]', '0001-01-01 00:00:00+00:00'],
    ['day', 'date32', '1969-12-31'],
    ['time', 'time64[us]', '23:59:59.999999'],
    ['took', 'duration[us]', '-1d 02:03:04.000005'],
    ['interval', 'interval[month_day_nano]', 'P14M-3DT5S'],
    ['half', 'float16', '0.5'],
    ['list', 'list<"item": int64>', '[1,null,1152921504606846976]'],
    ['pair', 'fixed_list<"item": string>[2]', '["a","b\\""]'],
    ['map', 'map<"key": string not null, "value": decimal128(4, 2)>', '{"a":1.50}'],
    [
      'struct',
      'struct<"when": date32, "deep": list<"item": struct<"x": bool>>, "not": null>',
      '{"when":"2026-03-01","deep":[{"x":true}],"not":null}'
    ],
    ['coded', 'string', 'x'],
    ['runs', 'int64', '7']
  ]);
  columns.columns.forEach((_, index) => expect(columns.text(index, 1)).toBeNull());
});
