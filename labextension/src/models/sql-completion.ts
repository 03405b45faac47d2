/** What may stand where a query is being written: datasets, their versions and tables after FROM, columns elsewhere. */

import type { Client } from '../api';
import { specFor } from './code';
import { isReserved, quoted, sqlName } from './sql-names';

export type CompletionKind = 'dataset' | 'version' | 'table' | 'column';

export interface ICompletion {
  /** What is written. */
  text: string;
  kind: CompletionKind;
  /** What it is: a type, a message. */
  detail: string;
}

export interface ICompletions {
  /** How many characters before the cursor are replaced. */
  length: number;
  items: readonly ICompletion[];
}

const WORD = String.raw`[\p{L}\p{N}_@~^./{}+:-]`;
const FRAGMENT = new RegExp(`(?:"[^"\\n]*|${WORD}*)$`, 'u');
const BEFORE_TABLE = /\b(?:from|join|describe|summarize)\s+$/iu;
const TABLES = new RegExp(
  String.raw`\b(?:from|join|describe|summarize)\s+(?:"((?:[^"]|"")+)"|([^\W\d]${WORD}*))(?=(?:\s+(?:as\s+)?([^\W\d]\w*))?)`,
  'giu'
);
const SPEC = /^([^@:]+)(?:@([^:]*))?(?::(.*))?$/u;

/** Names that are offered at once, and commits among them. */
const OFFERED = 50;
const COMMITS = 10;

interface ITableNamed {
  name: string;
  alias: string | undefined;
}

export class SqlCompleter {
  constructor(private readonly client: Client) {}

  /** Say what may stand at a place of a query. */
  async complete(query: string, place: number): Promise<ICompletions> {
    const until = query.slice(0, place);
    const fragment = FRAGMENT.exec(until)?.[0] ?? '';
    const isQuoted = fragment.startsWith('"');
    const typed = isQuoted ? fragment.slice(1) : fragment;
    const isTable = BEFORE_TABLE.test(until.slice(0, until.length - fragment.length));
    if (isTable || typed.includes('@')) {
      const items = await this.specs(typed);
      return { length: fragment.length, items: items.map(item => written(item, isQuoted)) };
    }
    const dot = typed.lastIndexOf('.');
    const owner = dot < 0 ? undefined : typed.slice(0, dot);
    const start = typed.slice(dot + 1);
    const items = await this.columns(query, owner, start);
    return {
      length: owner === undefined ? fragment.length : start.length,
      items: items.map(item => written(item, isQuoted && owner === undefined))
    };
  }

  /** Datasets while one is being named, then its branches, tags and latest commits, then its tables. */
  private async specs(typed: string): Promise<ICompletion[]> {
    const [, dataset = '', version, table] = SPEC.exec(typed) ?? [];
    if (table !== undefined) {
      const at = version ?? 'main';
      const tables = await this.client.tables(dataset, at);
      return tables.map(({ name, rows }) => ({
        text: specFor({ dataset, at, table: name }),
        kind: 'table',
        detail: rows.toLocaleString()
      }));
    }
    if (version !== undefined) {
      const [refs, commits] = await Promise.all([
        this.client.refs(dataset),
        this.client.history(dataset, { all: true }, COMMITS)
      ]);
      const named = refs.map(({ name, kind }) => ({ at: name, detail: kind }));
      const others = commits.items.map(({ id, message }) => ({ at: id, detail: message }));
      return [...named, ...others].map(({ at, detail }) => ({
        text: at === 'main' ? `${dataset}@main` : specFor({ dataset, at }),
        kind: 'version',
        detail
      }));
    }
    const asked = { search: dataset, sort: 'name', deleted: false, limit: OFFERED } as const;
    const { items } = await this.client.datasets(asked);
    return items.map(({ name, description }) => ({
      text: name,
      kind: 'dataset',
      detail: description.split('\n', 1)[0]!
    }));
  }

  /** The columns of the tables that a query names, or of the one that stands before the dot. */
  private async columns(
    query: string,
    owner: string | undefined,
    start: string
  ): Promise<ICompletion[]> {
    const all = tablesIn(query);
    const owners = all.filter(
      ({ name, alias }) => owner !== undefined && [name, alias].includes(owner)
    );
    const found = new Map<string, ICompletion>();
    for (const { name } of owners.length ? owners : all) {
      for (const column of await this.schemaOf(name)) {
        if (!found.has(column.text)) {
          found.set(column.text, column);
        }
      }
    }
    const begin = start.toLowerCase();
    return [...found.values()].filter(({ text }) => text.toLowerCase().startsWith(begin));
  }

  private async schemaOf(spec: string): Promise<ICompletion[]> {
    const [, dataset = '', at = 'main', table] = SPEC.exec(spec) ?? [];
    try {
      const { columns } = await this.client.schema({ dataset, at, table });
      return columns.map(({ name, type }) => ({ text: name, kind: 'column', detail: type }));
    } catch {
      return []; // a table that is not there, or is being typed: it has no columns to offer
    }
  }
}

/** The tables that a query names, with the names that it gives them. */
export function tablesIn(query: string): ITableNamed[] {
  return [...query.matchAll(TABLES)].map(([, inQuotes, plain, alias]) => ({
    name: inQuotes?.replace(/""/g, '"') ?? plain!,
    alias: alias === undefined || isReserved(alias) ? undefined : alias
  }));
}

/** Quote what needs quotes, and what stands in quotes already. */
function written(item: ICompletion, isQuoted: boolean): ICompletion {
  return { ...item, text: isQuoted ? quoted(item.text) : sqlName(item.text) };
}
