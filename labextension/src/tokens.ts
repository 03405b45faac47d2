/** What other extensions may ask for, and the names of the commands. */

import { Token } from '@lumino/coreutils';

import type { Source, WorkbenchModel } from './models';
import type { WorkbenchPanel } from './panel';

/** The datasets and jobs that the panel shows: for extensions that want to show or follow them, too. */
export interface IWorkbench {
  readonly model: WorkbenchModel;
}

export const IWorkbench = new Token<IWorkbench>(
  'dsa-workbench:IWorkbench',
  'The datasets, branches, history and jobs of DSA Workbench, kept up to date while the panel is seen.'
);

/** The panel at the side: for extensions that add buttons to it, or commands about what is chosen in it. */
export interface IWorkbenchPanel {
  readonly panel: WorkbenchPanel;
}

export const IWorkbenchPanel = new Token<IWorkbenchPanel>(
  'dsa-workbench:IWorkbenchPanel',
  'The side panel of DSA Workbench: its toolbar, and which row is chosen.'
);

export interface IImportGoal {
  dataset?: string | undefined;
  ref?: string | undefined;
  table?: string | undefined;
  /** Whether nothing need be asked any more about where the files go. */
  isPlaced?: boolean;
}

/** The dialog that brings files in: for extensions that have files to offer. */
export interface IImporter {
  /** Show what would come of an import, and do it if the reader wants to. */
  open(sources: readonly Source[], goal?: IImportGoal): void;
}

export const IImporter = new Token<IImporter>(
  'dsa-workbench:IImporter',
  'The dialog of DSA Workbench that previews and imports files.'
);

export const CommandIDs = {
  open: 'dsa-workbench:open',
  refresh: 'dsa-workbench:refresh',
  createDataset: 'dsa-workbench:create-dataset',
  describeDataset: 'dsa-workbench:describe-dataset',
  deleteDataset: 'dsa-workbench:delete-dataset',
  restoreDataset: 'dsa-workbench:restore-dataset',
  createBranch: 'dsa-workbench:create-branch',
  createTag: 'dsa-workbench:create-tag',
  showRef: 'dsa-workbench:show-ref',
  protectRef: 'dsa-workbench:protect-ref',
  deleteRef: 'dsa-workbench:delete-ref',
  copySpec: 'dsa-workbench:copy-spec',
  insertCode: 'dsa-workbench:insert-code',
  openData: 'dsa-workbench:open-data',
  sortAscending: 'dsa-workbench:sort-ascending',
  sortDescending: 'dsa-workbench:sort-descending',
  unsort: 'dsa-workbench:unsort',
  narrow: 'dsa-workbench:narrow',
  freezeColumns: 'dsa-workbench:freeze-columns',
  unfreezeColumns: 'dsa-workbench:unfreeze-columns',
  hideColumn: 'dsa-workbench:hide-column',
  showColumns: 'dsa-workbench:show-columns',
  copyCells: 'dsa-workbench:copy-cells',
  copyWithNames: 'dsa-workbench:copy-with-names',
  openHistory: 'dsa-workbench:open-history',
  openDiff: 'dsa-workbench:open-diff',
  openQuery: 'dsa-workbench:open-query',
  runQuery: 'dsa-workbench:run-query',
  insertQuery: 'dsa-workbench:insert-query',
  import: 'dsa-workbench:import',
  importFromBrowser: 'dsa-workbench:import-from-browser'
} as const;
