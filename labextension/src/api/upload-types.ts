/** Uploads, previews of imports and what came of them, as dsa_workbench/models/{uploads,previews}.py describe them. */

import type { IJob, ISchemaChange, ITableSummary } from './types';

/** Where an upload goes: its routes lie below it. */
export interface IPlace {
  dataset: string;
  ref: string;
}

export interface IUpload {
  id: string;
  name: string;
  size?: number;
  /** Bytes that are on the server's disk: the next part begins here. */
  offset: number;
  part_bytes: number;
}

export type ImportMode = 'replace' | 'append' | 'upsert';

/** How files are to be imported; what is left out is found out. */
export interface IImportAsked {
  table?: string;
  key?: string[];
  mode?: ImportMode;
  message?: string;
  rejects?: 'refuse' | 'skip';
  types?: Record<string, string>;
  sheets?: string[];
  delimiter?: string;
  quote?: string;
  encoding?: string;
  decimal?: string;
  header?: boolean;
  skip_rows?: number;
  ragged?: 'error' | 'fill';
  null_tokens?: string[];
  /** Several uploads that are one table, in order. */
  files?: { upload: string; path?: string }[];
  /** Table → upload. */
  tables?: Record<string, string>;
  /** That of a preview: where the branch was moved since, nothing is committed. */
  promise?: string;
}

export interface IPreviewAsked extends IImportAsked {
  first: number;
  changes: number;
  rejected: number;
  suggest_keys: boolean;
}

/** Whole numbers of 64 bits and decimals are texts. */
export type Cell = string | number | boolean | null | Cell[];

export interface IRows {
  columns: string[];
  rows?: Cell[][];
}

export interface IPreviewedColumn {
  name: string;
  type: string;
  key: boolean;
  metadata: Record<string, string>;
}

export interface IKeyFound {
  columns: string[];
  repeats: number;
}

export interface IPreviewedTable {
  name: string;
  rows: number;
  columns: IPreviewedColumn[];
  key: string[];
  bad_keys: number;
  first: IRows;
  keys?: { keys: IKeyFound[]; near: IKeyFound[]; unfit: Record<string, string> };
}

export interface IPreviewedDiff {
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  pairing: string;
  key: string[];
  schema_changes: ISchemaChange[];
  events: { kind: string; sentence: string }[];
  /** change, old_row, new_row, changed_columns, then old.… and new.… of each column. */
  rows: IRows;
}

export interface IFinding {
  what: string;
  effect: 'kept' | 'form' | 'lost';
  count: number;
  column?: string;
  example?: string;
}

export interface IRejected {
  count: number;
  bad_keys: number;
  columns: string[];
  /** row (from 1), line, column, value, reason, text, cells. */
  rows: IRows;
}

/** One setting of how a file is read. */
export interface ISetting {
  name: string;
  value: string;
  reason: string;
  given: boolean;
  alternatives: { value: string; score: number }[];
}

export interface IExplanation {
  label: string;
  kind: string;
  settings: ISetting[];
  problem?: string;
}

export interface IPreview {
  source: string;
  dataset: string;
  ref: string;
  /** The commit that the branch is at; absent where there is none yet. */
  head?: string;
  promise: string;
  would_commit: boolean;
  protected: boolean;
  refused?: string;
  skips: boolean;
  hint: string;
  notes: string[];
  tables: IPreviewedTable[];
  findings: Record<string, IFinding[]>;
  rejects: Record<string, IRejected>;
  old: string;
  diff: Record<string, IPreviewedDiff>;
  explained?: IExplanation[];
}

/** A preview that is not done yet: the same asked again waits for the same one. */
export interface IPreviewRunning {
  running: true;
}

export interface ICommitted {
  commit: string;
  dataset: string;
  ref: string;
  /** Whether there is a new commit: what changes nothing makes none. */
  created: boolean;
  rows: number;
  summary: Record<string, ITableSummary>;
  notes: string[];
  rejects: number;
}

/** A large import is done by a job. */
export type Completed = ICommitted | IJob;
