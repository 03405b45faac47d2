/** The grid of a table: other rows are put into it, and it is made anew where the columns may be others. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { IShownRows, TableModel } from '../../models';
import { Grid, PagedModel } from '../../parts';
import { describe, headerOf } from './numbers';
import { columnOf, TablePages } from './pages';

export class DataRows {
  constructor(
    private readonly table: TableModel,
    private readonly trans: TranslationBundle
  ) {
    table.changed.connect(() => this.follow(), this);
  }

  /** There is another grid. */
  readonly changed = new Signal<this, void>(this);

  /** Null before the table was found. */
  get grid(): Grid | null {
    return this.drawn;
  }

  /** Make a row the active one, and scroll to it. */
  jump(row: number): void {
    this.drawn?.goTo(row);
    this.drawn?.activate();
  }

  /** Take the focus, as soon as there is a grid. */
  focus(): void {
    this.wantsFocus = !this.drawn?.isAttached;
    this.drawn?.activate();
  }

  /** Say that the grid stands in the document. */
  attached(): void {
    if (this.wantsFocus) {
      this.focus();
    }
  }

  dispose(): void {
    this.closing.abort();
    this.drawn?.dispose();
    this.drawn?.model.dispose();
    Signal.clearData(this);
  }

  private follow(): void {
    const { shown } = this.table;
    if (!shown) {
      return;
    }
    if (shown.at.at !== this.shown?.at.at || shown.at.table !== this.shown.at.table) {
      this.build(shown);
    } else if (shown !== this.shown && this.drawn) {
      this.drawn.model.source = this.pagesOf(shown);
      if (shown.rows > 0) {
        this.drawn.goTo(0);
      }
    }
    this.shown = shown;
    this.place();
    this.drawn?.redraw();
  }

  /** Make a grid: another version may have other columns. */
  private build(shown: IShownRows): void {
    const { table, trans } = this;
    const before = this.drawn;
    const pages = new PagedModel(this.pagesOf(shown));
    const grid = new Grid({
      model: pages,
      trans,
      label: trans.__('Rows'),
      isTall: true,
      header: column => headerOf(table, column, trans),
      describe: column => describe(table, column, trans)
    });
    grid.headerClicked.connect((_, { column, shiftKey }) => {
      const told = table.columns[column];
      if (told) {
        void table.sortBy(told.name, shiftKey);
      }
    }, this);
    // Numbers come after rows: they take the server longer where a table is old.
    const { pager } = pages;
    const loadProfile = () => {
      pager.landed.disconnect(loadProfile);
      void table.loadProfile(this.closing.signal);
    };
    pager.landed.connect(loadProfile);
    this.drawn = grid;
    this.placed = '';
    // The button that asked for another version is gone, and the focus with it.
    this.wantsFocus ||= before !== null && document.activeElement === document.body;
    this.changed.emit();
    before?.dispose();
    before?.model.dispose();
  }

  /** Put the columns into the grid, where they are others than before. */
  private place(): void {
    const { visible, frozen } = this.table;
    const placed = `${visible.join()} ${frozen}`;
    if (placed !== this.placed) {
      this.placed = placed;
      this.drawn?.setView(visible, frozen);
    }
  }

  private pagesOf(shown: IShownRows): TablePages {
    return new TablePages(this.table.client, shown, this.table.columns.map(columnOf));
  }

  private drawn: Grid | null = null;
  private shown: IShownRows | null = null;
  private placed = '';
  private wantsFocus = false;
  private readonly closing = new AbortController();
}
