/** How wide columns are: as their names and first values need at first, and as the reader made them later. */

import type { DataGrid } from '@lumino/datagrid';

import { FAILED, LOADING, type PagedModel } from './model';
import type { Palette } from './palette';
import { KEY_WIDTH, visible } from './renderers';

const LEAST = 72;
/** No column is made wider than this by itself. */
const MOST = 320;
const PAD = 20;
/** Rows that are measured. */
const ROWS = 60;

export class Widths {
  constructor(
    private readonly grid: DataGrid,
    private readonly model: PagedModel,
    private readonly palette: Palette
  ) {
    this.apply();
  }

  /** Note the widths that columns have, before they change their places. */
  keep(): void {
    this.each((column, region, at) => this.known.set(column, this.grid.columnSize(region, at)));
  }

  /** Give columns at new places the widths that they had. */
  apply(): void {
    const digits = this.model.rowCount('body').toLocaleString().length;
    this.grid.resizeColumn('row-header', 0, Math.max(44, 7 * digits + PAD));
    this.each((column, region, at) => {
      this.grid.resizeColumn(region, at, this.known.get(column) ?? this.measure(column));
    });
  }

  /** Fit all columns to their values, once the first of these are there. */
  fitFirst(): void {
    const missing = this.model.view.filter(column => !this.fitted.has(column));
    for (const column of missing) {
      this.fit(column);
    }
  }

  /** Fit a column to its name and to values that are there. */
  fit(column: number): void {
    this.each((each, region, at) => {
      if (each === column) {
        this.grid.resizeColumn(region, at, this.measure(column));
      }
    });
  }

  private measure(column: number): number {
    const { name, type } = this.model.columns[column]!;
    let width = Math.max(
      KEY_WIDTH + this.widthOf(visible(name), this.palette.bold) + 14,
      this.widthOf(type, this.palette.small)
    );
    const first = Math.max(this.grid.currentViewport?.firstRow ?? 0, 0);
    for (let row = first; row < Math.min(first + ROWS, this.model.rowCount('body')); row++) {
      const cell = this.model.cell(row, column);
      if (cell === LOADING || cell === FAILED) {
        break;
      }
      this.fitted.add(column);
      if (cell !== null) {
        width = Math.max(width, this.widthOf(visible(cell), this.palette.font));
      }
    }
    return Math.ceil(Math.min(Math.max(width + PAD, LEAST), MOST));
  }

  private widthOf(text: string, font: string): number {
    this.context.font = font;
    return this.context.measureText(text).width;
  }

  private each(visit: (column: number, region: 'body' | 'row-header', at: number) => void): void {
    const { view, frozen } = this.model;
    view.forEach((column, at) => {
      if (at < frozen) {
        visit(column, 'row-header', at + 1);
      } else {
        visit(column, 'body', at - frozen);
      }
    });
  }

  private readonly context = document.createElement('canvas').getContext('2d')!;
  private readonly known = new Map<number, number>();
  private readonly fitted = new Set<number>();
}
