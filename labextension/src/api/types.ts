/** What goes over the wire, as dsa_workbench/models describes it. Fields may be added on the server; none is taken away. */

export type RefKind = 'branch' | 'tag';

export interface IRef {
  name: string;
  kind: RefKind;
  commit: string;
  protected: boolean;
  updated_at: string;
  updated_by: string;
}

export interface IDataset {
  name: string;
  description: string;
  created_at: string;
  created_by: string;
  deleted_at?: string;
  /** Its default branch; absent where nothing is committed yet. */
  head?: IRef;
}

/** What all versions of a dataset take in the store, with what they share counted once. */
export interface IStorage {
  versions: number;
  segments: number;
  bytes_stored: number;
  bytes_raw: number;
}

export interface IPage<T> {
  items: T[];
  /** The cursor of the next page; absent on the last. */
  next?: string;
}

export interface IDatasetPage extends IPage<IDataset> {
  total: number;
}

export type DatasetSort = 'name' | '-name' | '-created' | '-updated';

export interface ITable {
  name: string;
  rows: number;
  columns: number;
  key: string[];
}

/** What a commit did to one table. */
export interface ITableSummary {
  added?: number;
  removed?: number;
  changed?: number;
}

export interface ICommit {
  id: string;
  parents: string[];
  author: string;
  message: string;
  time: string;
  summary: Record<string, ITableSummary>;
  refs: string[];
}

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface IJob {
  id: number;
  kind: 'import' | 'export';
  about: string;
  state: JobState;
  actor: string;
  dataset?: string;
  ref?: string;
  created_at: string;
  started_at?: string;
  ended_at?: string;
  progress: {
    phase: string;
    rows: number;
    bytes_done: number;
    bytes_total?: number;
    seconds_left?: number;
  };
  /** What came of an import. */
  result?: { commit?: string; created?: boolean; rows?: number };
  error?: { code: string; message: string; hint: string };
  durable: boolean;
  attempts: number;
  cancel_requested_by?: string;
}

export interface IJobs {
  items: IJob[];
  /** The number of the last change: where to begin to follow. */
  last_event: number;
}

export interface IJobChange {
  id: number;
  job: number;
  event: string;
  state: JobState;
}

export interface IJobLine {
  id: number;
  at: string;
  level: string;
  text: string;
}

/** News of the WebSocket `jobs/live`. */
export type JobNews = { type: 'change'; change: IJobChange } | { type: 'progress'; job: IJob };

export interface ILive {
  version: string;
  /** Whether the store was opened, which is done with its first use. */
  store_open: boolean;
}

export interface IReady {
  version: string;
  actor: string;
  database: string;
  server: string;
  /** What the whole store takes on disk; absent where the server is older. */
  bytes_stored?: number;
}

/** Who asks, as Jupyter Server knows it, and which of the actions that were asked about are permitted. */
export interface IMe {
  identity: { username: string; name: string; display_name: string };
  permissions: Record<string, string[]>;
}

/** A change of a schema; `old` and `new` are names for a rename, types for a retype, key columns for a key. */
export interface ISchemaChange {
  kind:
    | 'added'
    | 'dropped'
    | 'renamed'
    | 'retyped'
    | 'reordered'
    | 'nullability'
    | 'metadata'
    | 'key'
    | 'table added'
    | 'table dropped';
  column: string;
  old?: string;
  new?: string;
}

export interface ICommitShown extends ICommit {
  schema_changes: Record<string, ISchemaChange[]>;
}

/** A column of a table. */
export interface IColumnTold {
  name: string;
  /** The Arrow type: `int64`, `decimal128(10, 2)`. */
  type: string;
  nullable: boolean;
  key: boolean;
}

export interface ISchema {
  commit: string;
  table: string;
  rows: number;
  columns: IColumnTold[];
  /** All tables of the version. */
  tables: string[];
}

/** A column in numbers; `distinct`, `quartiles` and `histogram` are estimates. */
export interface IColumnProfile {
  name: string;
  type: string;
  rows: number;
  nulls: number;
  distinct?: number;
  minimum?: string | number | boolean;
  maximum?: string | number | boolean;
  quartiles: (string | number)[];
  /** How many values lie in steps of equal width, from the least to the greatest. */
  histogram: number[];
}

export interface IProfile {
  commit: string;
  table: string;
  rows: number;
  columns: IColumnProfile[];
}

export type ChangeKind = 'added' | 'removed' | 'changed';

/** What happened to a table as a whole, in one sentence. */
export interface ITableEvent {
  kind: string;
  sentence: string;
  columns: string[];
  hint: string;
}

/** What differs in one table. */
export interface ITableDiff {
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  /** Rows that stand in another order. */
  moved: number;
  /** Changed cells by column; those without any are left out. */
  cells: Record<string, number>;
  /** Cells by column that are equal, and written otherwise. */
  reformed: Record<string, number>;
  /** How rows were paired, as a sentence. */
  pairing: string;
  key: string[];
  columns: string[];
  schema_changes: ISchemaChange[];
  events?: ITableEvent[];
}

export interface IDiff {
  from_commit: string;
  to_commit: string;
  /** The equality profile that it went by. */
  profile?: string;
  tables: Record<string, ITableDiff>;
  /** How many rows are chosen in all; where a page was asked for. */
  total?: number;
}
