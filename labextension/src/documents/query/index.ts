export { type IQueryDocumentOptions, QueryDocument } from './document';
export type { IQueryActions } from './toolbar';
