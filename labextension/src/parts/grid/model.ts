/** The rows of a source as Lumino's grid asks for them: at once, with a placeholder until a page has come. */

import { DataModel } from '@lumino/datagrid';
import type { IDisposable } from '@lumino/disposable';

import type { IColumn } from '../columns';
import type { ICacheLimits } from './cache';
import { type IPlace, type IWindow, Pager } from './pager';
import type { ISeen } from './seen';
import type { IFailure, IPageSource } from './source';

/** What stands in a cell whose page has not come, or could not be read; null and texts are values. */
export const LOADING = Symbol('loading');
export const FAILED = Symbol('failed');
export type Cell = string | null | typeof LOADING | typeof FAILED;

/** Characters of a value that are drawn; a cell of a grid shows no more of them. */
const DRAWN = 400;

export class PagedModel extends DataModel implements IDisposable {
  constructor(
    source: IPageSource,
    private readonly limits?: ICacheLimits
  ) {
    super();
    this.pages = this.follow(source);
    this.shown = source.columns.map((_, index) => index);
  }

  /** Say what is seen; the grid that draws the model sets it. */
  seen: () => ISeen | null = () => null;

  get source(): IPageSource {
    return this.pages.source;
  }

  /** Show other rows of the same columns: another condition or order. */
  set source(source: IPageSource) {
    this.pages.dispose();
    this.pages = this.follow(source);
    this.emitChanged({ type: 'model-reset' });
    this.pages.want();
  }

  get pager(): Pager {
    return this.pages;
  }

  get columns(): readonly IColumn[] {
    return this.source.columns;
  }

  /** The columns that are shown, by their place in the source, in the order in which they stand. */
  get view(): readonly number[] {
    return this.shown;
  }

  /** How many of the shown columns stay at the left. */
  get frozen(): number {
    return this.fixed;
  }

  /** Show other columns, and keep the first of them at the left. */
  setView(view: readonly number[], frozen: number): void {
    this.shown = [...view];
    this.fixed = Math.max(0, Math.min(frozen, view.length));
    this.emitChanged({ type: 'model-reset' });
    this.pages.want();
  }

  /** Give the column of the source that stands at a place of the grid; -1 for the numbers of the rows. */
  columnAt(region: DataModel.CellRegion, column: number): number {
    const isHeader = region === 'row-header' || region === 'corner-header';
    return this.shown[isHeader ? column - 1 : column + this.fixed] ?? -1;
  }

  /** Say what stands in a cell, by its column in the source. */
  cell(row: number, column: number, most = DRAWN): Cell {
    const page = this.pages.find(row, column);
    if (page) {
      return page.text(this.pages.within(column), this.pages.rowWithin(row), most);
    }
    return this.pages.failure(row, column) ? FAILED : LOADING;
  }

  failure(row: number, column: number): IFailure | undefined {
    return this.pages.failure(row, column);
  }

  override rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this.source.rows : 1;
  }

  override columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.shown.length - this.fixed : 1 + this.fixed;
  }

  override data(region: DataModel.CellRegion, row: number, column: number): Cell {
    const index = this.columnAt(region, column);
    if (region === 'column-header' || region === 'corner-header') {
      return this.columns[index]?.name ?? '';
    }
    return index < 0 ? (row + 1).toLocaleString() : this.cell(row, index);
  }

  get isDisposed(): boolean {
    return this.pages.isDisposed;
  }

  dispose(): void {
    this.pages.dispose();
  }

  private follow(source: IPageSource): Pager {
    const pager = new Pager(source, () => this.window(), this.limits);
    pager.landed.connect((_, place) => this.land(place), this);
    return pager;
  }

  private window(): IWindow | null {
    const seen = this.seen();
    if (!seen || this.source.rows === 0) {
      return null;
    }
    const { fixed, shown } = this;
    const columns = shown.filter(
      (_, at) => at < fixed || (at >= fixed + seen.firstColumn && at <= fixed + seen.lastColumn)
    );
    return { firstRow: seen.firstRow, lastRow: seen.lastRow, columns };
  }

  private land({ start, end }: IPlace): void {
    const rows = { type: 'cells-changed' as const, row: start, rowSpan: end - start, column: 0 };
    const body = this.columnCount('body');
    if (body > 0) {
      this.emitChanged({ ...rows, region: 'body', columnSpan: body });
    }
    this.emitChanged({ ...rows, region: 'row-header', columnSpan: 1 + this.fixed });
  }

  private pages: Pager;
  private shown: number[];
  private fixed = 0;
}
