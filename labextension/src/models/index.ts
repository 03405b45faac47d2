export { ConnectionModel, type ConnectionState, problemFrom } from './connection';
export { DatasetModel } from './dataset';
export { DatasetsModel } from './datasets';
export { CHANGE, CHANGED_COLUMNS, ChangesSource, type IColumnNames } from './changes';
export { DiffModel, differs, type IDiffOptions, KINDS } from './diff';
export { HistoryModel, type IHistoryOptions } from './history';
export { isActive, JobsModel, shareOf } from './jobs';
export { type IGraphRow, type ILine, layOut, widthOf } from './lanes';
export { WorkbenchModel } from './workbench';
