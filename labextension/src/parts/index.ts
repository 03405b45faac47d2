export { Columns, type IColumn } from './columns';
export * from './grid';
