/** Tells the active cell, or how much is selected, to those who do not see the canvas. */

import { cellsOf, type IRange } from './copying';
import { FAILED, LOADING, type PagedModel } from './model';
import type { IGridWords } from './words';

export class Speaker {
  constructor(
    private readonly model: PagedModel,
    private readonly trans: IGridWords
  ) {
    this.node.className = 'jp-dsa-live';
    this.node.setAttribute('aria-live', 'polite');
  }

  readonly node = document.createElement('div');

  tell(cell: { readonly row: number; readonly column: number }, range: IRange): void {
    const { trans } = this;
    if (cellsOf(range) > 1) {
      const rows = range.lastRow - range.firstRow + 1;
      const width = range.columns.length;
      this.say(trans.__('%1 × %2 cells selected', rows.toLocaleString(), width.toLocaleString()));
      return;
    }
    const name = this.model.columns[cell.column]?.name ?? '';
    const row = (cell.row + 1).toLocaleString();
    this.say(trans.__('%1, row %2: %3', name, row, this.value(cell.row, cell.column)));
  }

  say(text: string): void {
    if (this.node.textContent !== text) {
      this.node.textContent = text;
    }
  }

  private value(row: number, column: number): string {
    const { trans } = this;
    const cell = this.model.cell(row, column);
    switch (cell) {
      case LOADING:
        return trans.__('loading');
      case FAILED:
        return trans.__('not loaded');
      case null:
        return trans.__('null');
      case '':
        return trans.__('empty text');
      default:
        return cell;
    }
  }
}
