/** The grid: Lumino's, in the colours of the theme, with keys, copying, states of rows, and words for screen readers. */

import { DataGrid } from '@lumino/datagrid';
import type { IDisposable } from '@lumino/disposable';
import { type Message, MessageLoop } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { BoxLayout, BoxPanel, Widget } from '@lumino/widgets';

import { cellsOf, COPY_CELLS, toClipboard, tsvOf } from './copying';
import { drawDirectly } from './direct';
import { KeyHandler, MouseHandler } from './handlers';
import type { PagedModel } from './model';
import { Palette, watchTheme } from './palette';
import { BodyRenderer, HeaderRenderer, type IDrawing, RowHeaderRenderer } from './renderers';
import { type ICellAt, Selected } from './selected';
import { seenOf } from './seen';
import { failureOf } from './source';
import { Speaker } from './speaker';
import { Strip } from './strip';
import { Widths } from './widths';
import type { IGridWords } from './words';

const ROW_HEIGHT = 24;
/** Heights of the header: name and type, and with a histogram and its note below. */
const HEADER = 40;
const TALL_HEADER = 86;

export interface IGridOptions extends Pick<IDrawing, 'style' | 'header'> {
  model: PagedModel;
  trans: IGridWords;
  /** What the grid shows, for those who do not see it. */
  label: string;
  /** Whether headers have room for a histogram and a note. */
  isTall?: boolean;
  /** Draw cells in another way; a renderer of cells is given what it draws with. */
  body?: (drawing: IDrawing) => BodyRenderer;
  /** Tell of a column in a tooltip of its header. */
  describe?: (column: number) => string;
}

export interface IHeaderAt {
  readonly column: number;
  readonly shiftKey: boolean;
}

export class Grid extends BoxPanel {
  constructor(private readonly options: IGridOptions) {
    super({ direction: 'top-to-bottom', spacing: 0 });
    this.addClass('jp-dsa-grid');
    const { model, trans } = options;
    this.model = model;
    this.palette = new Palette(document.body);
    const height = options.isTall ? TALL_HEADER : HEADER;
    this.grid = new DataGrid({
      defaultSizes: {
        rowHeight: ROW_HEIGHT,
        columnWidth: 120,
        rowHeaderWidth: 60,
        columnHeaderHeight: height
      },
      stretchLastColumn: false
    });
    drawDirectly(this.grid);
    const drawing: IDrawing = {
      model,
      palette: this.palette,
      nullWord: 'null',
      ...(options.style && { style: options.style }),
      ...(options.header && { header: options.header })
    };
    const header = new HeaderRenderer(drawing);
    this.grid.cellRenderers.update({
      body: options.body?.(drawing) ?? new BodyRenderer(drawing),
      'row-header': new RowHeaderRenderer(drawing),
      'column-header': header,
      'corner-header': header
    });
    this.grid.dataModel = model;
    this.selection = new Selected(model);
    this.grid.selectionModel = this.selection;
    this.grid.keyHandler = this.keys;
    this.grid.mouseHandler = this.mouse;
    model.seen = () => seenOf(this.grid);
    this.widths = new Widths(this.grid, model, this.palette);

    const { node } = this.grid.viewport;
    node.tabIndex = 0;
    node.setAttribute('role', 'application');
    node.setAttribute('aria-roledescription', trans.__('table'));
    node.setAttribute('aria-label', options.label);
    this.strip = new Strip(trans, () => this.model.pager.retry());
    BoxLayout.setStretch(this.grid, 1);
    BoxLayout.setStretch(this.strip, 0);
    this.addWidget(this.grid);
    this.addWidget(this.strip);
    this.speaker = new Speaker(model, trans);
    this.node.append(this.speaker.node);
    this.connect();
  }

  readonly model: PagedModel;
  readonly palette: Palette;

  /** Lumino's grid, for what is not said here. */
  readonly grid: DataGrid;

  /** The active cell is another. */
  get moved(): ISignal<this, ICellAt> {
    return this.hasMoved;
  }

  get headerClicked(): ISignal<this, IHeaderAt> {
    return this.hasClickedHeader;
  }

  /** A cell was asked to be opened: by Enter, or by two clicks. */
  get activated(): ISignal<this, ICellAt> {
    return this.hasActivated;
  }

  /** The active cell; null where there is none. */
  get current(): ICellAt | null {
    return this.selection.cell;
  }

  /** What commands are about: what the menu was asked for, else the active cell; the row is -1 in a header. */
  get aimed(): ICellAt | null {
    return this.asked ?? this.current;
  }

  /** The first row that is seen. */
  get firstRow(): number {
    return seenOf(this.grid)?.firstRow ?? 0;
  }

  /** Go to a row, and to a column where one is named; both are scrolled to and made active. */
  goTo(row: number, column?: number): void {
    this.selection.go(row, column);
    this.grid.scrollToCell(this.selection.cursorRow, this.selection.cursorColumn);
  }

  /** Draw all again, because what the options say of styles or headers has changed. */
  redraw(): void {
    this.grid.cellRenderers.update();
  }

  /** Show other columns, and keep the first of them at the left; their widths go with them. */
  setView(view: readonly number[], frozen: number): void {
    this.widths.keep();
    this.model.setView(view, frozen);
    this.widths.apply();
  }

  /** Copy what is selected; says in the strip why it cannot be done. */
  async copy(withNames = false): Promise<void> {
    const { trans } = this.options;
    const { range } = this.selection;
    if (!range) {
      return;
    }
    const cells = cellsOf(range);
    if (cells > COPY_CELLS) {
      const most = COPY_CELLS.toLocaleString();
      this.strip.tell(
        trans.__('%1 cells are too many to copy: at most %2.', cells.toLocaleString(), most),
        trans.__('Select fewer, or export them as a file.')
      );
      return;
    }
    try {
      const text = await tsvOf(this.model, range, withNames, this.closing.signal);
      await toClipboard(text);
      this.speaker.say(
        trans._n('%2 cell copied', '%2 cells copied', cells, cells.toLocaleString())
      );
    } catch (error) {
      if (!this.closing.signal.aborted) {
        const { message, hint } = failureOf(error);
        this.strip.tell(trans.__('Nothing was copied: %1', message), hint);
      }
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.closing.abort();
    this.theme?.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.theme = watchTheme(() => this.paintTheme());
    this.paintTheme();
    this.sizes.observe(this.node);
  }

  protected override onBeforeDetach(msg: Message): void {
    this.sizes.disconnect();
    this.theme?.dispose();
    super.onBeforeDetach(msg);
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.grid.activate();
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    super.onResize(msg);
    this.model.pager.want();
  }

  private connect(): void {
    const { model, mouse, keys } = this;
    this.grid.viewport.node.addEventListener('focus', () => {
      if (this.selection.isEmpty && model.rowCount('body') > 0) {
        this.goTo(this.firstRow);
      }
      this.tellCell();
    });
    this.selection.changed.connect(() => {
      this.asked = null;
      this.tellCell();
      const cell = this.current;
      if (cell) {
        this.hasMoved.emit(cell);
      }
    }, this);
    model.changed.connect((_, change) => {
      if (change.type === 'cells-changed' && change.region === 'body') {
        this.widths.fitFirst();
        this.strip.fail(model.pager.failed);
        this.tellCell();
      } else if (change.type === 'model-reset') {
        this.strip.fail(null);
      }
    }, this);
    mouse.headerClicked.connect((_, { region, column, shiftKey }) => {
      this.hasClickedHeader.emit({ column: model.columnAt(region, column), shiftKey });
    }, this);
    mouse.edgeClicked.connect((_, { region, column }) => {
      this.widths.fit(model.columnAt(region, column));
    }, this);
    mouse.hovered.connect((_, hit) => this.hover(hit), this);
    mouse.menu.connect((_, hit) => this.aim(hit), this);
    const open = () => {
      const cell = this.current;
      if (cell) {
        this.hasActivated.emit(cell);
      }
    };
    mouse.activated.connect(open, this);
    keys.activated.connect(open, this);
    keys.copied.connect(() => void this.copy(), this);
    keys.menu.connect(() => this.openMenu(), this);
  }

  private tellCell(): void {
    const cell = this.current;
    const { range } = this.selection;
    if (!cell || !range) {
      return;
    }
    this.speaker.tell(cell, range);
  }

  private hover(hit: DataGrid.HitTestResult | null): void {
    const { node } = this.grid.viewport;
    const isHeader = hit?.region === 'column-header' || hit?.region === 'corner-header';
    const column = hit && isHeader ? this.model.columnAt(hit.region, hit.column) : -1;
    const title = column < 0 ? '' : (this.options.describe?.(column) ?? '');
    if (node.title !== title) {
      node.title = title;
    }
  }

  /** Note what a menu is about, and make its cell the active one unless it is selected. */
  private aim(hit: DataGrid.HitTestResult): void {
    // So that the document is the current one, as after a click.
    this.grid.viewport.node.focus();
    if (hit.region === 'void') {
      this.asked = null;
      return;
    }
    const column = this.model.columnAt(hit.region, hit.column);
    const isHeader = hit.region === 'column-header' || hit.region === 'corner-header';
    if (hit.region === 'body' && !this.selection.isCellSelected(hit.row, hit.column)) {
      this.goTo(hit.row, column);
    }
    this.asked = { row: isHeader ? -1 : hit.row, column };
  }

  /** Ask for the menu of the active cell, at its place. */
  private openMenu(): void {
    const { grid, selection } = this;
    if (selection.isEmpty) {
      return;
    }
    const { left, top } = grid.viewport.node.getBoundingClientRect();
    const x = grid.headerWidth + grid.columnOffset('body', selection.cursorColumn) - grid.scrollX;
    const y = grid.headerHeight + grid.rowOffset('body', selection.cursorRow) - grid.scrollY;
    grid.viewport.node.dispatchEvent(
      new MouseEvent('contextmenu', {
        bubbles: true,
        cancelable: true,
        clientX: left + x + 10,
        clientY: top + y + 10
      })
    );
  }

  private paintTheme(): void {
    this.palette.read();
    this.grid.style = this.palette.style();
    this.redraw();
  }

  private readonly selection: Selected;
  private readonly keys = new KeyHandler();
  private readonly mouse = new MouseHandler();
  private readonly widths: Widths;
  private readonly strip: Strip;
  private readonly speaker: Speaker;
  private readonly closing = new AbortController();
  /** Hosts that are no widgets of Lumino's tell of no new sizes. */
  private readonly sizes = new ResizeObserver(() => {
    MessageLoop.postMessage(this, Widget.ResizeMessage.UnknownSize);
  });
  private readonly hasMoved = new Signal<this, ICellAt>(this);
  private readonly hasClickedHeader = new Signal<this, IHeaderAt>(this);
  private readonly hasActivated = new Signal<this, ICellAt>(this);
  private asked: ICellAt | null = null;
  private theme: IDisposable | null = null;
}
