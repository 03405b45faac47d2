export { type ICommitActions } from './details';
export { HistoryDocument, type IHistoryDocumentOptions } from './document';
