/** How cells, headers and row numbers are drawn. */

import { CellRenderer, type GraphicsContext } from '@lumino/datagrid';

import { type Cell, FAILED, LOADING, type PagedModel } from './model';
import type { Palette } from './palette';

/** What makes a cell different from others; colours may be variables of the theme: `--jp-success-color3`. */
export interface ICellStyle {
  readonly background?: string;
  readonly color?: string;
  readonly weight?: 'bold' | 'italic';
  readonly isStruck?: boolean;
}

/** What a header tells beside name and type. */
export interface IHeader {
  readonly isKey?: boolean;
  readonly sort?: 'asc' | 'desc';
  /** Which of several columns that rows are sorted by, from 1; left out where there is one. */
  readonly rank?: number;
  /** A line below the type, such as the share of nulls. */
  readonly note?: string;
  /** Heights of the bars of a small histogram; drawn in proportion to the highest. */
  readonly bars?: readonly number[];
}

export interface IDrawing {
  readonly model: PagedModel;
  readonly palette: Palette;
  /** The word for null, which is drawn apart from the text of the same letters. */
  readonly nullWord: string;
  style?(row: number, column: number, cell: Cell): ICellStyle | undefined;
  header?(column: number): IHeader | undefined;
}

const PAD = 8;
/** Pixels that the sign of a key takes before a name. */
export const KEY_WIDTH = 16;
/** Control characters and line ends, which a canvas would draw as a blank. */
const UNSEEN: [RegExp, string][] = [
  [/\r\n|\r|\n/g, '↵'],
  [/\t/g, '⇥']
];

export class BodyRenderer extends CellRenderer {
  constructor(protected readonly drawing: IDrawing) {
    super();
  }

  override paint(gc: GraphicsContext, config: CellRenderer.CellConfig): void {
    const { model, palette } = this.drawing;
    const column = model.columnAt(config.region, config.column);
    const cell = config.value as Cell;
    const style = this.drawing.style?.(config.row, column, cell);
    if (style?.background) {
      gc.fillStyle = palette.resolve(style.background);
      gc.fillRect(config.x, config.y, config.width, config.height);
    }
    this.paintCell(gc, config, cell, column, style);
  }

  protected paintCell(
    gc: GraphicsContext,
    config: CellRenderer.CellConfig,
    cell: Cell,
    column: number,
    style: ICellStyle | undefined
  ): void {
    const { model, palette, nullWord } = this.drawing;
    const middle = config.y + config.height / 2;
    if (cell === LOADING) {
      gc.fillStyle = palette.faint('waiting', 0.5);
      gc.fillRect(config.x + PAD, middle - 3, Math.max(0, (config.width - 2 * PAD) * 0.6), 6);
      return;
    }
    const isRight = model.columns[column]?.align === 'right';
    if (cell === FAILED) {
      drawText(gc, '!', config, { font: palette.bold, color: palette.get('error'), isRight });
    } else if (cell === null) {
      const color = style?.color ? palette.resolve(style.color) : palette.get('quiet');
      drawText(gc, nullWord, config, { font: palette.italic, color, isRight });
    } else if (cell !== '') {
      const font = style?.weight ? palette[style.weight] : palette.font;
      const color = style?.color ? palette.resolve(style.color) : palette.get('text');
      drawText(gc, visible(cell), config, { font, color, isRight, isStruck: style?.isStruck });
    }
  }
}

/** Draws the numbers of rows, and columns that stay at the left as the others are drawn. */
export class RowHeaderRenderer extends BodyRenderer {
  override paint(gc: GraphicsContext, config: CellRenderer.CellConfig): void {
    const { palette } = this.drawing;
    if (config.column > 0) {
      gc.fillStyle = palette.get('back');
      gc.fillRect(config.x, config.y, config.width - 1, config.height - 1);
      super.paint(gc, config);
      return;
    }
    const look = { font: palette.small, color: palette.get('quiet'), isRight: true };
    drawText(gc, String(config.value), config, look);
  }
}

/** Draws name, type, key, order, and what is known of the values. */
export class HeaderRenderer extends CellRenderer {
  constructor(private readonly drawing: IDrawing) {
    super();
  }

  override paint(gc: GraphicsContext, config: CellRenderer.CellConfig): void {
    const { model, palette } = this.drawing;
    const index = model.columnAt(config.region, config.column);
    const column = model.columns[index];
    if (!column) {
      return;
    }
    const header = this.drawing.header?.(index);
    const line = (at: number, height: number, cut = 0) => {
      return { ...config, y: config.y + at, height, width: config.width - cut };
    };
    const sort = header?.sort ? `${header.sort === 'asc' ? '▲' : '▼'}${header.rank ?? ''}` : '';
    const sortWidth = sort ? 22 : 0;
    const color = palette.get('text');
    const first = line(3, 18, sortWidth);
    const room = header?.isKey ? KEY_WIDTH : 0;
    const named = { ...first, x: first.x + room, width: first.width - room };
    drawText(gc, visible(column.name), named, { font: palette.bold, color, isRight: false });
    if (header?.isKey) {
      drawKey(gc, config.x + PAD, first.y + first.height / 2, palette.get('quiet'));
    }
    if (sort) {
      const look = { font: palette.small, color: palette.get('accent'), isRight: true };
      drawText(gc, sort, line(3, 18), look);
    }
    const quiet = { font: palette.small, color: palette.get('quiet') };
    drawText(gc, column.type, line(20, 14), { ...quiet, isRight: false });
    if (header?.note !== undefined) {
      drawText(gc, header.note, line(config.height - 17, 14), { ...quiet, isRight: false });
    }
    if (header?.bars?.length) {
      drawBars(gc, header.bars, line(36, config.height - 36 - 19), palette.get('bars'));
    }
  }
}

/** Draw the sign of a key: a ring, a shaft, two teeth. Fonts of many machines have none. */
function drawKey(gc: GraphicsContext, x: number, y: number, color: string): void {
  gc.strokeStyle = color;
  gc.lineWidth = 1.5;
  gc.beginPath();
  gc.arc(x + 3, y, 2.5, 0, 2 * Math.PI);
  gc.moveTo(x + 5.5, y);
  gc.lineTo(x + 12, y);
  gc.moveTo(x + 11.25, y);
  gc.lineTo(x + 11.25, y + 3);
  gc.moveTo(x + 8.75, y);
  gc.lineTo(x + 8.75, y + 2.5);
  gc.stroke();
}

function drawBars(
  gc: GraphicsContext,
  bars: readonly number[],
  box: { x: number; y: number; width: number; height: number },
  color: string
): void {
  const most = Math.max(...bars);
  const width = (Math.min(box.width, 220) - 2 * PAD) / bars.length;
  if (most <= 0 || width <= 0 || box.height <= 0) {
    return;
  }
  gc.fillStyle = color;
  bars.forEach((bar, index) => {
    // What is there at all is seen, however few it is.
    const height = bar > 0 ? Math.max(1, Math.round((bar / most) * box.height)) : 0;
    const gap = width > 3 ? 1 : 0;
    gc.fillRect(box.x + PAD + index * width, box.y + box.height - height, width - gap, height);
  });
}

interface ILook {
  readonly font: string;
  readonly color: string;
  readonly isRight: boolean;
  readonly isStruck?: boolean | undefined;
}

/** Draw one line of text; one that is too long ends in an ellipsis, so that nobody takes a part for the whole. */
export function drawText(
  gc: GraphicsContext,
  text: string,
  box: { x: number; y: number; width: number; height: number },
  look: ILook
): void {
  const room = box.width - 2 * PAD;
  if (room <= 0) {
    return;
  }
  gc.font = look.font;
  gc.fillStyle = look.color;
  gc.textBaseline = 'middle';
  let shown = text;
  let width = gc.measureText(shown).width;
  while (width > room && shown.length > 1) {
    const keep = Math.min(shown.length - 2, Math.floor((shown.length * room) / width));
    shown = `${shown.slice(0, Math.max(keep, 0))}…`;
    width = gc.measureText(shown).width;
  }
  const isCut = shown !== text;
  gc.textAlign = look.isRight && !isCut ? 'right' : 'left';
  const x = look.isRight && !isCut ? box.x + box.width - PAD : box.x + PAD;
  const y = box.y + box.height / 2;
  gc.fillText(shown, x, y);
  if (look.isStruck) {
    gc.fillRect(look.isRight && !isCut ? x - width : x, y, width, 1);
  }
}

/** Make line ends and tabs visible. */
export function visible(text: string): string {
  return UNSEEN.reduce((shown, [pattern, sign]) => shown.replace(pattern, sign), text);
}
