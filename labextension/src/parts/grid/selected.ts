/** What is selected, told in columns of the source. */

import { BasicSelectionModel } from '@lumino/datagrid';

import type { IRange } from './copying';
import type { PagedModel } from './model';

/** A cell, by its row and its column in the source; the row is -1 in a header. */
export interface ICellAt {
  readonly row: number;
  readonly column: number;
}

export class Selected extends BasicSelectionModel {
  constructor(private readonly pages: PagedModel) {
    super({ dataModel: pages });
  }

  /** The active cell; null where there is none. */
  get cell(): ICellAt | null {
    return this.cursorRow < 0
      ? null
      : { row: this.cursorRow, column: this.pages.columnAt('body', this.cursorColumn) };
  }

  /** The rows and columns that were selected last; whole rows take the columns at the left with them. */
  get range(): IRange | null {
    const found = this.currentSelection();
    if (!found) {
      return null;
    }
    const { view, frozen } = this.pages;
    const [c1, c2] = [Math.min(found.c1, found.c2), Math.max(found.c1, found.c2)];
    const isWhole = c1 === 0 && c2 === this.pages.columnCount('body') - 1;
    return {
      firstRow: Math.min(found.r1, found.r2),
      lastRow: Math.max(found.r1, found.r2),
      columns: view.slice(isWhole ? 0 : frozen + c1, frozen + c2 + 1)
    };
  }

  /** Select one cell; without a column, one of the column that was active. */
  go(row: number, column?: number): void {
    const { view, frozen } = this.pages;
    const at = column === undefined ? -1 : view.indexOf(column) - frozen;
    const cursorColumn = at >= 0 ? at : Math.max(this.cursorColumn, 0);
    this.select({
      r1: row,
      c1: cursorColumn,
      r2: row,
      c2: cursorColumn,
      cursorRow: row,
      cursorColumn,
      clear: 'all'
    });
  }
}
