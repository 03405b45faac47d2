export { Client, type IDatasetsAsked } from './client';
export { type IFeedTimes, JobFeed } from './feed';
export { CANCELLED, MISSING, OFFLINE, Problem } from './problem';
export { Transport } from './transport';
export type * from './types';
export { type IPart, Uploads } from './uploads';
export type * from './upload-types';
