export { Inserter } from './inserter';
export { cellsOf, type MakeCells } from './target';
