export { Client, type IDatasetsAsked } from './client';
export { type IFeedTimes, JobFeed } from './feed';
export { MISSING, OFFLINE, Problem } from './problem';
export { Transport } from './transport';
export type * from './types';
