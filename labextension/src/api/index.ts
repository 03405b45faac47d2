export {
  ARROW_STREAM,
  Client,
  DIFF_FORMATS,
  type DiffFormat,
  type IChangesAsked,
  type IDiffOf,
  type ExportFormat,
  type IDatasetsAsked,
  type IRowsAsked,
  type ITableAt
} from './client';
export { type IFeedTimes, JobFeed } from './feed';
export { MISSING, OFFLINE, Problem } from './problem';
export { type Query, Transport } from './transport';
export type * from './types';
