/** Keys and mouse on a grid. */

import { BasicKeyHandler, BasicMouseHandler, type DataGrid } from '@lumino/datagrid';
import { Signal } from '@lumino/signaling';

/** Pixels at the edge of a header that resize its column, as Lumino has it. */
const EDGE = 6;
/** Pixels that the mouse may move in a click. */
const CLICK = 4;

export class KeyHandler extends BasicKeyHandler {
  /** A row was asked to be opened, by Enter. */
  readonly activated = new Signal<this, void>(this);
  readonly copied = new Signal<this, void>(this);
  /** The menu was asked for by a key; the mouse asks for it by an event of its own. */
  readonly menu = new Signal<this, void>(this);

  override onKeyDown(grid: DataGrid, event: KeyboardEvent): void {
    const accel = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'Tab':
        return; // leaves the grid, as everywhere: who comes in by keys must get out by them
      case 'Enter':
        this.activated.emit();
        break;
      case 'ContextMenu':
        this.menu.emit();
        break;
      case 'F10':
        if (!event.shiftKey) {
          return;
        }
        this.menu.emit();
        break;
      case 'Home':
      case 'End':
        this.goToEnd(grid, event.key === 'End', accel, event.shiftKey);
        break;
      case 'a':
      case 'c':
        if (!accel || event.shiftKey || event.altKey) {
          return;
        }
        if (event.key === 'c') {
          this.copied.emit();
        } else {
          selectAll(grid);
        }
        break;
      default:
        super.onKeyDown(grid, event);
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Go to the first or last cell of the row, or of all; with `extend` select all on the way. */
  private goToEnd(grid: DataGrid, isEnd: boolean, isAll: boolean, extend: boolean): void {
    const model = grid.selectionModel;
    if (!model) {
      return;
    }
    const current = extend ? model.currentSelection() : null;
    const column = isEnd ? grid.columnCount('body') - 1 : 0;
    const row = isAll
      ? isEnd
        ? grid.rowCount('body') - 1
        : 0
      : (current?.r2 ?? Math.max(model.cursorRow, 0));
    model.select({
      r1: current?.r1 ?? row,
      c1: current?.c1 ?? column,
      r2: row,
      c2: column,
      cursorRow: current ? model.cursorRow : row,
      cursorColumn: current ? model.cursorColumn : column,
      clear: current ? 'current' : 'all'
    });
    grid.scrollToCell(row, column);
  }
}

function selectAll(grid: DataGrid): void {
  const last = { r2: grid.rowCount('body') - 1, c2: grid.columnCount('body') - 1 };
  const { cursorRow, cursorColumn } = grid.selectionModel!;
  grid.selectionModel!.select({ r1: 0, c1: 0, ...last, cursorRow, cursorColumn, clear: 'all' });
}

/** Select whole rows; Lumino would resize the row instead where the mouse is near its border. */
function selectRows(grid: DataGrid, row: number, event: MouseEvent): void {
  const model = grid.selectionModel!;
  const accel = event.ctrlKey || event.metaKey;
  const r1 = event.shiftKey && model.cursorRow >= 0 ? model.cursorRow : row;
  const clear = accel ? 'none' : event.shiftKey ? 'current' : 'all';
  const c2 = grid.columnCount('body') - 1;
  model.select({ r1, c1: 0, r2: row, c2, cursorRow: r1, cursorColumn: 0, clear });
}

export interface IHeaderClick {
  readonly region: 'column-header' | 'corner-header';
  readonly column: number;
  readonly shiftKey: boolean;
}

export class MouseHandler extends BasicMouseHandler {
  /** A header was clicked, and not at an edge where its column is resized. */
  readonly headerClicked = new Signal<this, IHeaderClick>(this);
  /** A cell was clicked twice. */
  readonly activated = new Signal<this, void>(this);
  /** The edge of a header was clicked twice: its column shall be as wide as its values. */
  readonly edgeClicked = new Signal<this, Omit<IHeaderClick, 'shiftKey'>>(this);
  /** The mouse is over something, or over nothing. */
  readonly hovered = new Signal<this, DataGrid.HitTestResult | null>(this);
  readonly menu = new Signal<this, DataGrid.HitTestResult>(this);

  override onMouseDown(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    if (isHeader(hit) && edgeOf(hit) === null) {
      this.pressed = { ...hit, clientX: event.clientX, clientY: event.clientY };
    } else if (hit.region === 'row-header' && edgeOf(hit) === null) {
      selectRows(grid, hit.row, event);
    } else {
      super.onMouseDown(grid, event);
    }
  }

  override onMouseUp(grid: DataGrid, event: MouseEvent): void {
    const pressed = this.pressed;
    this.pressed = null;
    if (!pressed) {
      super.onMouseUp(grid, event);
      return;
    }
    const far = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
    if (far <= CLICK && isHeader(pressed)) {
      const { region, column } = pressed;
      this.headerClicked.emit({ region, column, shiftKey: event.shiftKey });
    }
  }

  override onMouseDoubleClick(grid: DataGrid, event: MouseEvent): void {
    const hit = grid.hitTest(event.clientX, event.clientY);
    if (hit.region === 'body' || hit.region === 'row-header') {
      this.activated.emit();
    } else if (isHeader(hit)) {
      const edge = edgeOf(hit);
      if (edge !== null) {
        this.edgeClicked.emit({
          region: hit.region,
          column: hit.column - (edge === 'left' ? 1 : 0)
        });
      }
    }
  }

  override onMouseHover(grid: DataGrid, event: MouseEvent): void {
    super.onMouseHover(grid, event);
    const hit = grid.hitTest(event.clientX, event.clientY);
    this.hovered.emit(hit);
    if (isHeader(hit) && edgeOf(hit) === null) {
      grid.viewport.node.style.cursor = 'pointer';
    } else if (hit.region === 'row-header' && edgeOf(hit) === null) {
      grid.viewport.node.style.cursor = '';
    }
  }

  override onMouseLeave(grid: DataGrid, event: MouseEvent): void {
    super.onMouseLeave(grid, event);
    this.hovered.emit(null);
  }

  override onContextMenu(grid: DataGrid, event: MouseEvent): void {
    this.menu.emit(grid.hitTest(event.clientX, event.clientY));
  }

  override release(): void {
    super.release();
    this.pressed = null;
  }

  private pressed: (DataGrid.HitTestResult & { clientX: number; clientY: number }) | null = null;
}

type HeaderHit = DataGrid.HitTestResult & { readonly region: 'column-header' | 'corner-header' };

/** Say whether a column of data has its header there; the corner above the row numbers has none. */
function isHeader(hit: DataGrid.HitTestResult): hit is HeaderHit {
  return hit.region === 'column-header' || (hit.region === 'corner-header' && hit.column > 0);
}

/** Say at which edge of a column a place is, where one takes hold of it to make it wider. */
function edgeOf(hit: DataGrid.HitTestResult): 'left' | 'right' | null {
  if (hit.width - hit.x <= EDGE) {
    return 'right';
  }
  return hit.x < EDGE && hit.column > 0 ? 'left' : null;
}
