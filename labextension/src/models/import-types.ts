/** What an import is made of, and where it stands. */

import type { Client, ICommit, Problem } from '../api';
import type { IUploadTimes, Source } from './upload';

export type Phase =
  /** It is to be said where the files go. */
  | 'place'
  | 'uploading'
  /** All is here, and what would come of it is looked at. */
  | 'looking'
  | 'committing'
  /** A job does it. */
  | 'working'
  | 'done'
  | 'cancelled';

/** Somebody moved the branch since the preview. */
export interface IConflict {
  problem: Problem;
  /** What came onto the branch since then, latest first; empty where it cannot be told. */
  commits: readonly ICommit[];
}

export interface IImportOptions {
  client: Client;
  sources: readonly Source[];
  dataset?: string | undefined;
  ref?: string | undefined;
  table?: string | undefined;
  /** Whether nothing need be asked any more: the files were dropped onto where they go. */
  isPlaced?: boolean;
  times?: Partial<IImportTimes>;
}

export interface IImportTimes extends IUploadTimes {
  /** Milliseconds without another choice before it is previewed again. */
  settle: number;
  /** Milliseconds between two looks at a job. */
  follow: number;
}
