/** Rows that are dragged out of the panel, and become code where they are dropped: cells in a notebook, text elsewhere. */

import { MimeData } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Drag } from '@lumino/dragdrop';

import type { WorkbenchPanel } from './panel';
import type { Row } from './rows';

/** What notebooks take for cells. */
const CELLS = 'application/vnd.jupyter.cells';
/** Pixels that the mouse moves before it drags. */
const THRESHOLD = 5;

interface IPressed {
  row: Row;
  x: number;
  y: number;
}

export class DragSource implements IDisposable {
  constructor(
    private readonly panel: WorkbenchPanel,
    /** Give the cells that a row becomes; none where it cannot be dragged. */
    private readonly cellsOf: (row: Row) => readonly string[]
  ) {
    panel.node.addEventListener('mousedown', this);
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.release();
    this.panel.node.removeEventListener('mousedown', this);
    this.drag?.dispose();
  }

  handleEvent(event: Event): void {
    const mouse = event as MouseEvent;
    switch (event.type) {
      case 'mousedown':
        this.press(mouse);
        break;
      case 'mousemove':
        this.move(mouse);
        break;
      case 'mouseup':
        this.release();
        break;
    }
  }

  private press({ button, target, clientX: x, clientY: y }: MouseEvent): void {
    const element = target instanceof Element && target.closest<HTMLElement>('[data-dsa-key]');
    if (button !== 0 || !element) {
      return;
    }
    const row = this.panel.state.rows.find(({ key }) => key === element.dataset.dsaKey);
    if (row) {
      this.pressed = { row, x, y };
      for (const type of ['mousemove', 'mouseup']) {
        document.addEventListener(type, this, true);
      }
    }
  }

  private move({ clientX, clientY }: MouseEvent): void {
    const { pressed } = this;
    if (
      !pressed ||
      Math.max(Math.abs(clientX - pressed.x), Math.abs(clientY - pressed.y)) < THRESHOLD
    ) {
      return;
    }
    this.release();
    const cells = this.cellsOf(pressed.row);
    if (cells.length > 0) {
      this.start(cells, clientX, clientY);
    }
  }

  private release(): void {
    this.pressed = null;
    for (const type of ['mousemove', 'mouseup']) {
      document.removeEventListener(type, this, true);
    }
  }

  private start(cells: readonly string[], x: number, y: number): void {
    const mimeData = new MimeData();
    mimeData.setData('text/plain', cells.join('\n'));
    mimeData.setData(
      CELLS,
      cells.map(source => ({ cell_type: 'code', source, metadata: {}, outputs: [] }))
    );
    const dragImage = document.createElement('div');
    dragImage.className = 'jp-dsa-drag-image jp-ThemedContainer';
    dragImage.textContent = cells.at(-1)!;
    const drag = new Drag({
      mimeData,
      dragImage,
      supportedActions: 'copy',
      proposedAction: 'copy',
      source: this.panel
    });
    this.drag = drag;
    void drag.start(x, y).then(() => {
      drag.dispose();
      this.drag = null;
    });
  }

  private pressed: IPressed | null = null;
  private drag: Drag | null = null;
  private disposed = false;
}
