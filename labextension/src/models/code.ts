/** Code that reads a version of a table in a notebook: a line of %dsa, Python, or a cell of SQL; names quoted as each needs it. */

import type { ITableAt } from '../api';
import { sqlName } from './sql-names';

export type CodeKind = 'magic' | 'python' | 'sql';

export const CODE_KINDS: readonly CodeKind[] = ['magic', 'python', 'sql'];

/** What a cell of SQL shows of a table at most. */
const SQL_ROWS = 100;
/** Characters of a commit's id that tell it apart. */
const SHORT = 10;

const LOAD = '%load_ext dsa_workbench';
const LOADED = /^[ \t]*%(?:re)?load_ext[ \t]+(?:dsa_workbench|kernel_magics)\b/m;
const IMPORTED = /^[ \t]*(?:import|from)[ \t]+dsa_workbench\b/m;
const CONNECTED = /^[ \t]*([^\W\d]\w*)[ \t]*=[ \t]*(?:\w+\.)?connect\(/mu;

/** Words that %dsa takes as they are; others stand in quotes. */
const PLAIN_WORD = /^[\p{L}\p{N}_@~^.:+/-]+$/u;

/** Name a version in code: `sales`, `sales@dev`, `sales@3fa9c1d2e4:orders`. */
export function specFor({ dataset, at, table }: ITableAt): string {
  const version = /^[0-9a-f]{64}$/.test(at) ? at.slice(0, SHORT) : at;
  if (table !== undefined) {
    return `${dataset}@${version}:${table}`;
  }
  return version === 'main' ? dataset : `${dataset}@${version}`;
}

/**
 * Give the cells that read a table: first what has to be run once, where no cell does it yet, then the code.
 *
 * `cells` are the cells of code that are there; `tables` the names of all tables of the version.
 */
export function cellsFor(
  kind: CodeKind,
  of: ITableAt,
  tables: readonly string[],
  cells: readonly string[]
): string[] {
  const { spec, note } = meantBy(of, tables);
  if (kind === 'python') {
    const name = workbenchIn(cells);
    const code = `df = ${name ?? 'wb'}.read(${JSON.stringify(spec)}).to_pandas()\ndf`;
    const setup = 'import dsa_workbench as dsa\n\nwb = dsa.connect()';
    return [...(name === undefined ? [setup] : []), noted('#', note, code)];
  }
  const setup = cells.some(cell => LOADED.test(cell)) ? [] : [LOAD];
  if (kind === 'sql') {
    return [...setup, sqlCell(queryFor(of, tables))];
  }
  return [...setup, noted('#', note, `%dsa read ${magicWord(spec)}`)];
}

/** Give a query that shows the first rows of a table. */
export function queryFor(of: ITableAt, tables: readonly string[]): string {
  const { spec, note } = meantBy(of, tables);
  return noted('--', note, `select *\nfrom ${sqlName(spec)}\nlimit ${SQL_ROWS}`);
}

/** Give the cells that run a query: what loads the magics where no cell does it, then the query. */
export function cellsForQuery(query: string, cells: readonly string[]): string[] {
  return [...(cells.some(cell => LOADED.test(cell)) ? [] : [LOAD]), sqlCell(query)];
}

function sqlCell(query: string): string {
  return `%%dsa sql\n${query}`;
}

/** Name the table that is meant, the first where none is named; the note tells of all then. */
function meantBy(
  of: ITableAt,
  tables: readonly string[]
): { spec: string; note: string | undefined } {
  const table = tables.length > 1 ? (of.table ?? tables[0]) : undefined;
  const note =
    of.table === undefined && tables.length > 1
      ? `${of.dataset} has ${tables.length} tables: ${tables.map(plain).join(', ')}`
      : undefined;
  return { spec: specFor({ ...of, table }), note };
}

/** Quote a word of a line of %dsa, where blanks, quotes, braces and dollars mean something. */
export function magicWord(text: string): string {
  if (PLAIN_WORD.test(text)) {
    return text;
  }
  return text.includes("'") ? `"${text.replace(/["\\{$]/g, '\\$&')}"` : `'${text}'`;
}

/** The name under which cells have a workbench already. */
function workbenchIn(cells: readonly string[]): string | undefined {
  return cells.some(cell => IMPORTED.test(cell))
    ? cells.map(cell => CONNECTED.exec(cell)?.[1]).find(name => name !== undefined)
    : undefined;
}

function noted(mark: string, note: string | undefined, code: string): string {
  return note === undefined ? code : `${mark} ${note}\n${code}`;
}

/** A name in a comment, which ends with its line. */
function plain(name: string): string {
  return name.replace(/\s+/g, ' ');
}
