export { DiffDocument, type IDiffDocumentOptions } from './document';
export { namesFor } from './rows';
