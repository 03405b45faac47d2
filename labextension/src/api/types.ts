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

export interface IReady {
  version: string;
  actor: string;
  database: string;
  server: string;
}
