export { Inserter } from './inserter';
export { cellsOf } from './target';
