export { ConnectionModel, type ConnectionState, problemFrom } from './connection';
export { DatasetModel } from './dataset';
export { DatasetsModel } from './datasets';
export { isActive, JobsModel, shareOf } from './jobs';
export { WorkbenchModel } from './workbench';
export {
  type ISort,
  type IShownRows,
  type ITableView,
  PLAIN,
  quotedName,
  TableModel
} from './table';
