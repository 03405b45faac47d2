/** The grid of a table, which tells and is told its first row: what is scrolled here may be linked elsewhere. */

import { Signal } from '@lumino/signaling';

import { type Cell, Grid, PagedModel } from '../../parts/grid';
import { words } from '../words';
import type { TableModel, TableRows } from './model';

type Region = Parameters<PagedModel['data']>[0];

/** Tells when numbers of rows are drawn: a canvas has no event of its own for what is scrolled. */
class DrawnModel extends PagedModel {
  readonly drawn = new Signal<this, void>(this);

  override data(region: Region, row: number, column: number): Cell {
    if (region === 'row-header' && column === 0) {
      this.drawn.emit();
    }
    return super.data(region, row, column);
  }
}

export class TableGrid {
  constructor(
    readonly shown: TableRows,
    { schema }: TableModel
  ) {
    const { trans } = words;
    this.pages = new DrawnModel(shown);
    const keys = (schema?.columns ?? []).filter(column => column.key).map(({ name }) => name);
    this.grid = new Grid({
      model: this.pages,
      trans,
      label: trans.__('Rows of %1', schema?.table ?? ''),
      header: column => ({ isKey: keys.includes(shown.columns[column]?.name ?? '') })
    });
    this.grid.moved.connect((_, cell) => this.moved.emit(cell));
    this.pages.drawn.connect(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.look());
    });
  }

  readonly grid: Grid;

  /** Another cell is the active one. */
  readonly moved = new Signal<this, { readonly row: number; readonly column: number }>(this);
  /** Another row is the first that is seen. */
  readonly scrolled = new Signal<this, number>(this);

  /** Do something once rows are drawn for the first time. */
  stands(then: () => void): void {
    const drawn = () => {
      this.pages.drawn.disconnect(drawn);
      requestAnimationFrame(then);
    };
    this.pages.drawn.connect(drawn);
  }

  /** Make a row the first that is seen, as far as there are rows below it. */
  scrollTo(row: number): void {
    const { grid } = this.grid;
    if (row !== this.first && row >= 0 && row < this.shown.rows) {
      grid.scrollTo(grid.scrollX, grid.rowOffset('body', row));
    }
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.grid.dispose();
    this.pages.dispose();
    Signal.clearData(this);
    Signal.clearData(this.pages);
  }

  private look(): void {
    const { firstRow } = this.grid;
    if (firstRow !== this.first) {
      this.first = firstRow;
      this.scrolled.emit(firstRow);
    }
  }

  private readonly pages: DrawnModel;
  private first = 0;
  private frame = 0;
}
