export type { IAsk, IBytes, IBytesAsked, ICarrier, Query } from './carrier';
export {
  ARROW_STREAM,
  Client,
  DIFF_FORMATS,
  type DiffFormat,
  type IChangesAsked,
  type IDiffOf,
  type ExportFormat,
  type IDatasetsAsked,
  type IQueried,
  type IQueryAsked,
  type IRowsAsked,
  type ITableAt
} from './client';
export { type IFeedTimes, JobFeed } from './feed';
export { CANCELLED, MISSING, OFFLINE, Problem } from './problem';
export { Transport } from './transport';
export type * from './types';
export { type IPart, Uploads } from './uploads';
export type * from './upload-types';
