export { DataDocument, type IDataDocumentOptions } from './document';
