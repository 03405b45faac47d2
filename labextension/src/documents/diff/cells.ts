/** What stands in the cells of a diff: one row with old → new, or both sides beside each other. */

import type { CellRenderer, GraphicsContext } from '@lumino/datagrid';

import type { ChangeKind } from '../../api';
import { CHANGE, CHANGED_COLUMNS, type ChangesSource } from '../../models';
import type { Columns } from '../../parts/columns';
import {
  BodyRenderer,
  type Cell,
  drawText,
  FAILED,
  type ICellStyle,
  LOADING,
  PagedModel
} from '../../parts/grid';

export type View = 'unified' | 'sides';

/** Words for kinds of changes, and for null. */
export interface ICellWords {
  kinds: Record<ChangeKind, string>;
  none: string;
}

export class DiffGridModel extends PagedModel {
  constructor(
    source: ChangesSource,
    private readonly words: ICellWords,
    /** Columns that the new version has not. */
    private readonly dropped: ReadonlySet<string>
  ) {
    super(source);
  }

  shownAs: View = 'unified';

  get changes(): ChangesSource {
    return this.source as ChangesSource;
  }

  /** What happened to a row; undefined while nobody knows. */
  kindOf(row: number): ChangeKind | undefined {
    const kind = super.cell(row, CHANGE);
    return typeof kind === 'string' ? (kind as ChangeKind) : undefined;
  }

  /** Whether a cell of a changed row is one of those that changed. */
  isChanged(row: number, column: number): boolean {
    const name = this.changes.nameAt(column);
    return name !== undefined && this.changedOf(row).has(name);
  }

  /** The columns of a row with a changed cell. */
  changedOf(row: number): ReadonlySet<string> {
    const page = this.pager.find(row, CHANGED_COLUMNS);
    return page ? this.changedIn(page, row) : new Set();
  }

  /** As `changedOf`, of a page that is at hand. */
  changedIn(page: Columns, row: number): ReadonlySet<string> {
    const place = this.pager.within(CHANGED_COLUMNS);
    const value = page.value(place, this.pager.rowWithin(row));
    return new Set(value ? Array.from(value as Iterable<string>) : []);
  }

  /** Both sides of a cell, whichever of them is asked for. */
  sides(row: number, column: number, most?: number): [Cell, Cell] {
    const old = this.changes.isOld(column) ? column : column - 1;
    return [super.cell(row, old, most), super.cell(row, old + 1, most)];
  }

  override cell(row: number, column: number, most?: number): Cell {
    const cell = super.cell(row, column, most);
    if (cell === LOADING || cell === FAILED) {
      return cell;
    }
    const kind = this.kindOf(row);
    if (column === CHANGE) {
      return kind ? this.words.kinds[kind] : cell;
    }
    const name = this.changes.nameAt(column);
    if (name === undefined) {
      return cell;
    }
    if (this.shownAs === 'sides') {
      // The side that has no such row has no null either.
      return kind === (this.changes.isOld(column) ? 'added' : 'removed') ? '' : cell;
    }
    if (kind === 'removed' || (kind === 'changed' && this.dropped.has(name))) {
      return this.sides(row, column, most)[0];
    }
    if (kind === 'changed' && this.isChanged(row, column)) {
      const [old, now] = this.sides(row, column, most).map(side => this.written(side));
      return `${old} → ${now}`;
    }
    return cell;
  }

  written(cell: Cell): string {
    return typeof cell === 'string' ? cell : this.words.none;
  }
}

/** Colours of whole rows and of changed cells; the variables stand in style/diff.css. */
export function styleOf(model: DiffGridModel, row: number, column: number): ICellStyle | undefined {
  const kind = model.kindOf(row);
  if (kind === 'added' || kind === 'removed') {
    const isOld = model.changes.isOld(column);
    const isEmptySide =
      model.shownAs === 'sides' && column > CHANGE && isOld === (kind === 'added');
    return { background: `--jp-dsa-cell-${isEmptySide ? 'none' : kind}` };
  }
  if (kind === 'changed' && column === CHANGE) {
    return { background: '--jp-dsa-cell-changed' };
  }
  if (kind === 'changed' && model.isChanged(row, column)) {
    const side = model.changes.isOld(column) ? 'removed' : 'added';
    return { background: `--jp-dsa-cell-${model.shownAs === 'sides' ? side : 'changed'}` };
  }
  return undefined;
}

/** Draws a changed cell of the unified view as the old value, struck, and the new one. */
export class DiffRenderer extends BodyRenderer {
  protected override paintCell(
    gc: GraphicsContext,
    config: CellRenderer.CellConfig,
    cell: Cell,
    column: number,
    style: ICellStyle | undefined
  ): void {
    const model = this.drawing.model as DiffGridModel;
    const { palette } = this.drawing;
    const isTwo =
      typeof cell === 'string' &&
      model.shownAs === 'unified' &&
      column > CHANGE &&
      model.kindOf(config.row) === 'changed' &&
      model.isChanged(config.row, column);
    if (!isTwo) {
      super.paintCell(gc, config, cell, column, style);
      return;
    }
    const [old, now] = model.sides(config.row, column).map(side => model.written(side));
    gc.font = palette.font;
    const wanted = [old!, now!].map(text => gc.measureText(text).width + 16);
    const half = config.width / 2;
    const width = wanted[0]! + wanted[1]! <= config.width ? wanted[0]! : Math.min(wanted[0]!, half);
    const common = { font: palette.font, isRight: false };
    drawText(
      gc,
      old!,
      { ...config, width },
      { ...common, color: palette.resolve('--jp-dsa-text-removed'), isStruck: true }
    );
    drawText(
      gc,
      now!,
      { ...config, x: config.x + width, width: config.width - width },
      { ...common, color: palette.resolve('--jp-dsa-text-added') }
    );
  }
}
