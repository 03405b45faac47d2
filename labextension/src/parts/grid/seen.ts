/** Which cells are in sight. */

import type { DataGrid } from '@lumino/datagrid';

/** Rows and columns of the grid's body that are seen, as the grid counts them. */
export interface ISeen {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** Say what is seen of a grid; null where nothing is. */
export function seenOf(grid: DataGrid): ISeen | null {
  const seen = grid.currentViewport;
  const rows = grid.rowCount('body');
  if (!seen || rows === 0) {
    return null;
  }
  // Lumino gives -1 beyond the ends.
  return {
    firstRow: Math.max(seen.firstRow, 0),
    lastRow: seen.lastRow < 0 ? rows - 1 : seen.lastRow,
    firstColumn: Math.max(seen.firstColumn, 0),
    lastColumn: seen.lastColumn < 0 ? grid.columnCount('body') - 1 : seen.lastColumn
  };
}
