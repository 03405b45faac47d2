/** One method for each route that the panel needs. */

import type {
  ChangeKind,
  DatasetSort,
  ICommit,
  ICommitShown,
  IDataset,
  IDatasetPage,
  IDiff,
  IJob,
  IJobLine,
  IJobs,
  IJobChange,
  ILive,
  IMe,
  IPage,
  IProfile,
  IReady,
  IRef,
  ISchema,
  IStorage,
  ITable,
  RefKind
} from './types';
import { type ICarrier, pathOf, type Query } from './carrier';
import { Uploads } from './uploads';

export interface IDatasetsAsked {
  search: string;
  sort: DatasetSort;
  deleted: boolean;
  limit: number;
  cursor?: string | undefined;
}

/** A table at a version: a ref, a commit, `main~2`. */
export interface ITableAt {
  dataset: string;
  at: string;
  /** May be left out where the version has one table. */
  table?: string | undefined;
}

/** Which of its rows and columns. */
export interface IRowsAsked {
  columns?: readonly string[] | undefined;
  /** A condition in SQL. */
  where?: string | undefined;
  /** `qty desc, id` */
  orderBy?: string | undefined;
  offset?: number;
  limit?: number;
}

/** A query in SQL over versions. */
export interface IQueryAsked {
  statement: string;
  /** Rows at most; null for all. */
  limit: number | null;
  /** Where names of the statement are read, if not where they point now. */
  versions?: Readonly<Record<string, string>>;
}

export interface IQueried {
  bytes: Uint8Array<ArrayBuffer>;
  /** The commit of each version that was read, by its name in the statement. */
  versions: Readonly<Record<string, string>>;
}

export type ExportFormat = 'csv' | 'tsv' | 'parquet' | 'arrow' | 'jsonl' | 'xlsx';

/** Two versions of a dataset, and a table of them where there are several. */
export interface IDiffOf {
  dataset: string;
  from: string;
  to: string;
  table?: string | undefined;
}

/** Which of the changed rows, and of their columns. */
export interface IChangesAsked {
  kinds?: readonly ChangeKind[] | undefined;
  /** Only rows with a changed cell in this column. */
  changedColumn?: string | undefined;
  columns?: readonly string[] | undefined;
}

export const DIFF_FORMATS = [
  'csv',
  'tsv',
  'parquet',
  'arrow',
  'jsonl',
  'xlsx',
  'json',
  'highlighter',
  'html'
] as const;

export type DiffFormat = (typeof DIFF_FORMATS)[number];

export const ARROW_STREAM = 'application/vnd.apache.arrow.stream';

/** What a whole commit id looks like; what is asked by one never changes. */
const COMMIT = /^[0-9a-f]{64}$/;

export class Client {
  constructor(readonly transport: ICarrier) {
    this.uploads = new Uploads(transport);
  }

  readonly uploads: Uploads;

  /** Ask whether our part of the server answers; the store is left alone. */
  live(): Promise<ILive> {
    return this.transport.ask('health/live', { background: true });
  }

  /** Ask whether our part of the server and its store answer, and under whose name we act. */
  ready(): Promise<IReady> {
    return this.transport.ask('health/ready', { background: true });
  }

  /** Ask the server who we are, and its authorizer which of these actions it permits, by resource. */
  me(asked: Readonly<Record<string, readonly string[]>>): Promise<IMe> {
    const query = { permissions: JSON.stringify(asked) };
    return this.transport.ask('me', { query, background: true, isOfServer: true });
  }

  datasets(asked: IDatasetsAsked, background = false): Promise<IDatasetPage> {
    const query = { ...asked, deleted: asked.deleted || undefined };
    return this.transport.ask('datasets', { query, background });
  }

  createDataset(name: string, description: string): Promise<IDataset> {
    return this.transport.ask('datasets', { method: 'POST', body: { name, description } });
  }

  describeDataset(name: string, description: string): Promise<IDataset> {
    return this.transport.ask(pathOf('datasets', name), { method: 'PATCH', body: { description } });
  }

  deleteDataset(name: string): Promise<void> {
    return this.transport.ask(pathOf('datasets', name), { method: 'DELETE' });
  }

  restoreDataset(name: string): Promise<IDataset> {
    return this.transport.ask(pathOf('datasets', name, 'restore'), { method: 'POST' });
  }

  async refs(dataset: string, background = false): Promise<IRef[]> {
    const path = pathOf('datasets', dataset, 'refs');
    return (await this.transport.ask<IPage<IRef>>(path, { background })).items;
  }

  createRef(dataset: string, name: string, kind: RefKind, at: string): Promise<IRef> {
    const path = pathOf('datasets', dataset, 'refs');
    return this.transport.ask(path, { method: 'POST', body: { name, kind, at } });
  }

  protectRef(dataset: string, ref: string, isProtected: boolean): Promise<IRef> {
    const path = pathOf('datasets', dataset, 'refs', ref);
    return this.transport.ask(path, { method: 'PATCH', body: { protected: isProtected } });
  }

  /** Delete a ref; refused where it points elsewhere than we saw, so that nobody's new commit loses its name. */
  deleteRef(dataset: string, ref: IRef): Promise<void> {
    const path = pathOf('datasets', dataset, 'refs', ref.name);
    return this.transport.ask(path, { method: 'DELETE', ifMatch: `"${ref.commit}"` });
  }

  /** Ask what a dataset takes; the answer is kept until something is committed to it. */
  storage(dataset: string): Promise<IStorage> {
    return this.transport.ask(pathOf('datasets', dataset, 'storage'), { background: true });
  }

  async tables(dataset: string, at: string): Promise<ITable[]> {
    const path = pathOf('datasets', dataset, 'tables');
    return (await this.transport.ask<IPage<ITable>>(path, { query: { at } })).items;
  }

  commits(dataset: string, at: string, limit: number, cursor?: string): Promise<IPage<ICommit>> {
    const path = pathOf('datasets', dataset, 'commits');
    return this.transport.ask(path, { query: { at, limit, cursor } });
  }

  schema({ dataset, at, table }: ITableAt): Promise<ISchema> {
    return this.transport.ask(pathOf('datasets', dataset, 'schema'), { query: { at, table } });
  }

  profile({ dataset, at, table }: ITableAt, signal: AbortSignal): Promise<IProfile> {
    const path = pathOf('datasets', dataset, 'profile');
    return this.transport.ask(path, { query: { at, table }, signal });
  }

  /** Count the rows that match; where they are is held on the server, so that their pages come quickly. */
  async count(of: ITableAt, asked: IRowsAsked): Promise<number> {
    const path = pathOf('datasets', of.dataset, 'data');
    const query = { ...rowsQuery(of, { ...asked, columns: [], limit: 0 }), count: true };
    return (await this.transport.ask<{ total: number }>(path, { query })).total;
  }

  /** Read rows as an Arrow stream; asked by a whole commit id, the browser keeps them. */
  async data(of: ITableAt, asked: IRowsAsked, signal?: AbortSignal): Promise<Uint8Array> {
    const path = pathOf('datasets', of.dataset, 'data');
    const found = asked.where || asked.orderBy ? { count: true } : {};
    const { bytes } = await this.transport.bytes(path, {
      // The reader of Arrow in the browser has no zstd.
      query: { ...rowsQuery(of, asked), ...found, compression: 'none' },
      accept: ARROW_STREAM,
      immutable: COMMIT.test(of.at),
      ...(signal && { signal })
    });
    return bytes;
  }

  /** Give the address from which the browser downloads rows as a file. */
  exportHref(of: ITableAt, asked: IRowsAsked, format: ExportFormat, filename?: string): string {
    const query = { ...rowsQuery(of, asked), format, filename };
    return this.transport.href(pathOf('datasets', of.dataset, 'export'), query);
  }

  /** Compute a query in the reader's own server; aborted, it is ended there as well. */
  async query(asked: IQueryAsked, accept: string, signal: AbortSignal): Promise<IQueried> {
    const { bytes, headers } = await this.transport.bytes('query', { body: asked, accept, signal });
    const versions = JSON.parse(headers.get('X-DSA-Versions') ?? '{}') as Record<string, string>;
    return { bytes, versions };
  }

  jobs(limit: number): Promise<IJobs> {
    return this.transport.ask('jobs', { query: { limit }, background: true });
  }

  job(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id), { background: true });
  }

  async jobChanges(after: number): Promise<IJobChange[]> {
    const asked = { query: { after }, background: true };
    return (await this.transport.ask<IPage<IJobChange>>('jobs/events', asked)).items;
  }

  async jobLog(id: number, after: number): Promise<IJobLine[]> {
    const asked = { query: { after }, background: true };
    return (await this.transport.ask<IPage<IJobLine>>(pathOf('jobs', id, 'log'), asked)).items;
  }

  cancelJob(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id, 'cancel'), { method: 'POST' });
  }

  retryJob(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id, 'retry'), { method: 'POST' });
  }

  /** A page of the history of one version, or of all branches and tags, latest first. */
  history(
    dataset: string,
    of: { at: string } | { all: true },
    limit: number,
    cursor?: string
  ): Promise<IPage<ICommit>> {
    const path = pathOf('datasets', dataset, 'commits');
    return this.transport.ask(path, { query: { ...of, limit, cursor } });
  }

  /** One commit, with what it did to the schemas of its tables. */
  commit(dataset: string, commit: string): Promise<ICommitShown> {
    return this.transport.ask(pathOf('datasets', dataset, 'commits', commit));
  }

  /** Compare two versions: counts by table, and with `chosen` how many rows these are. */
  diff(
    of: IDiffOf,
    more: { events?: boolean; chosen?: IChangesAsked } = {},
    signal?: AbortSignal
  ): Promise<IDiff> {
    const { events, chosen } = more;
    const query = { ...diffQuery(of, chosen ?? {}), events, limit: chosen ? 1 : undefined };
    return this.transport.ask(pathOf('datasets', of.dataset, 'diff'), {
      query,
      ...(signal && { signal })
    });
  }

  /** Read changed rows as an Arrow stream: `change`, positions, `changed_columns`, and `old.c` and `new.c`. */
  async changes(
    of: IDiffOf,
    asked: IChangesAsked & { offset: number; limit: number },
    signal?: AbortSignal
  ): Promise<Uint8Array> {
    const { offset, limit } = asked;
    const { bytes } = await this.transport.bytes(pathOf('datasets', of.dataset, 'diff'), {
      query: { ...diffQuery(of, asked), offset, limit },
      accept: ARROW_STREAM,
      ...(signal && { signal })
    });
    return bytes;
  }

  /** Give the address from which the browser downloads a diff as a file. */
  diffHref(of: IDiffOf, format: DiffFormat): string {
    const query = { ...diffQuery(of, {}), format };
    return this.transport.href(pathOf('datasets', of.dataset, 'diff'), query);
  }

  /** Find the rows that match, and say how many they are; of the rows themselves none is read, and so only columns. */
  async counted(of: ITableAt, asked: IRowsAsked): Promise<{ bytes: Uint8Array; total: number }> {
    const query = { ...rowsQuery(of, { ...asked, limit: 0 }), count: true };
    const path = pathOf('datasets', of.dataset, 'data');
    const { bytes, headers } = await this.transport.bytes(path, { query, accept: ARROW_STREAM });
    return { bytes, total: Number(headers.get('X-DSA-Total')) };
  }
}

function rowsQuery({ at, table }: ITableAt, asked: IRowsAsked): Query {
  const { columns, where, orderBy: order_by, offset, limit } = asked;
  return { at, table, where, order_by, offset, limit, columns: columns && listed(columns) };
}

function diffQuery({ from, to, table }: IDiffOf, asked: IChangesAsked): Query {
  const { kinds, changedColumn, columns } = asked;
  return {
    from,
    to,
    table,
    kinds,
    changed_columns: changedColumn === undefined ? undefined : listed([changedColumn]),
    columns: columns && listed(columns)
  };
}

/** Write names as a line of CSV, in which commas may stand in names. */
function listed(names: readonly string[]): string {
  return names
    .map(name => (/^$|[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(',');
}
