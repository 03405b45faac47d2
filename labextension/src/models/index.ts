export { ConnectionModel, type ConnectionState, problemFrom } from './connection';
export { DatasetModel } from './dataset';
export { DatasetsModel } from './datasets';
export { CHANGE, CHANGED_COLUMNS, ChangesSource, type IColumnNames } from './changes';
export { DiffModel, differs, type IDiffOptions, KINDS } from './diff';
export { HistoryModel, type IHistoryOptions } from './history';
export { isActive, JobsModel, shareOf } from './jobs';
export { type IGraphRow, type ILine, layOut, widthOf } from './lanes';
export { WorkbenchModel } from './workbench';
export { type IChoices, type Reading } from './choices';
export { holdsTables, kindOf, nameFor } from './files';
export type { IOutcome } from './committing';
export type { IConflict, IImportOptions, Phase } from './import-types';
export { ImportModel } from './importing';
export { type Source, Upload } from './upload';
export { isName, PlacesModel } from './places';
export {
  type ISort,
  type IShownRows,
  type ITableView,
  PLAIN,
  quotedName,
  TableModel
} from './table';
