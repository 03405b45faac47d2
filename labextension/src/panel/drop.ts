/** Files that are dropped onto the panel: from the desktop, or from JupyterLab's own file browser. */

import type { MimeData } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';

import type { Source } from '../models';
import { refusalOf } from './permission-words';
import type { Row } from './rows';
import type { WorkbenchPanel } from './panel';
import type { Words } from './words';

/** Paths of what is dragged out of the file browser. */
const CONTENTS = 'application/x-jupyter-icontents';

/** What Lumino sends instead of the browser's own events of dragging. */
interface ILuminoDrag extends MouseEvent {
  mimeData: MimeData;
  dropAction: string;
  proposedAction: string;
}

/** Where files are to go, as far as the row says it under which they were dropped. */
export interface IDropGoal {
  dataset?: string;
  ref?: string;
  table?: string;
}

const NATIVE = ['dragenter', 'dragover', 'dragleave', 'drop'];
const LUMINO = NATIVE.map(name => `lm-${name}`);

export class DropTarget implements IDisposable {
  constructor(
    private readonly panel: WorkbenchPanel,
    private readonly words: Words,
    private readonly drop: (sources: Source[], goal: IDropGoal) => void
  ) {
    this.mark.className = 'jp-dsa-drop';
    this.mark.setAttribute('role', 'status');
    this.mark.hidden = true;
    panel.node.append(this.mark);
    for (const name of [...NATIVE, ...LUMINO]) {
      panel.node.addEventListener(name, this, true);
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.mark.remove();
    for (const name of [...NATIVE, ...LUMINO]) {
      this.panel.node.removeEventListener(name, this, true);
    }
  }

  handleEvent(event: Event): void {
    if (event.type.startsWith('lm-')) {
      this.onLumino(event as ILuminoDrag);
    } else {
      this.onNative(event as DragEvent);
    }
  }

  private onNative(event: DragEvent): void {
    const data = event.dataTransfer;
    if (!data?.types.includes('Files') || !this.panel.model.connection.isReady) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'dragleave') {
      this.leave(event);
      return;
    }
    const place = this.placeOf(event);
    data.dropEffect = place ? 'copy' : 'none';
    if (event.type !== 'drop') {
      this.show(place);
      return;
    }
    this.hide();
    const files = [...data.files].filter(file => file.size > 0 || file.type !== '');
    if (place && files.length > 0) {
      const sources = files.map(file => ({ kind: 'file' as const, name: file.name, file }));
      this.drop(sources, place.goal);
    }
  }

  private onLumino(event: ILuminoDrag): void {
    if (!event.mimeData.hasData(CONTENTS) || !this.panel.model.connection.isReady) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'lm-dragleave') {
      this.leave(event);
      return;
    }
    const place = this.placeOf(event);
    event.dropAction = place ? event.proposedAction : 'none';
    if (event.type !== 'lm-drop') {
      this.show(place);
      return;
    }
    this.hide();
    const paths = event.mimeData.getData(CONTENTS) as string[];
    if (place && paths.length > 0) {
      this.drop(paths.map(sourceOf), place.goal);
    }
  }

  /** Find the row under the pointer and what it stands for; nothing where files cannot go. */
  private placeOf(event: MouseEvent): { goal: IDropGoal; element: HTMLElement } | null {
    const { state, model } = this.panel;
    if (model.datasets.deleted || !model.access.may('write uploads')) {
      return null;
    }
    // A drag of Lumino has its own image under the pointer: what lies under that is found by its place.
    const under = document
      .elementsFromPoint(event.clientX, event.clientY)
      .find(element => this.panel.node.contains(element) && element !== this.mark);
    const element = under?.closest<HTMLElement>('[data-dsa-key]');
    const row = element && state.rows.find(found => found.key === element.dataset.dsaKey);
    if (!element || !row) {
      return { goal: {}, element: this.panel.node };
    }
    const goal = goalOf(row, name => {
      const shown = model.opened.get(name)?.shown;
      return shown?.kind === 'branch' ? shown.name : 'main';
    });
    return goal && { goal, element };
  }

  private show(place: ReturnType<DropTarget['placeOf']>): void {
    const { trans } = this.words;
    if (!this.panel.model.access.may('write uploads')) {
      this.refuse(refusalOf('write uploads', trans));
      return;
    }
    if (!place) {
      this.hide();
      return;
    }
    const { goal, element } = place;
    const outer = this.panel.node.getBoundingClientRect();
    const inner = element.getBoundingClientRect();
    this.mark.style.top = `${inner.top - outer.top}px`;
    this.mark.style.height = `${inner.height}px`;
    this.mark.dataset.dsaWhole = String(element === this.panel.node);
    const told = goal.dataset
      ? trans.__('Import into %1', `${goal.dataset}@${goal.ref}`)
      : trans.__('Import into a dataset that you name');
    if (this.mark.textContent !== told) {
      this.mark.textContent = told;
    }
    this.mark.hidden = false;
  }

  /** Say over the whole panel why files cannot be dropped here. */
  private refuse(told: string): void {
    this.mark.style.top = '0';
    this.mark.style.height = '100%';
    this.mark.dataset.dsaWhole = 'true';
    this.mark.textContent = told;
    this.mark.hidden = false;
  }

  private leave(event: MouseEvent): void {
    const to = event.relatedTarget;
    if (!(to instanceof Node) || !this.panel.node.contains(to)) {
      this.hide();
    }
  }

  private hide(): void {
    this.mark.hidden = true;
  }

  private readonly mark = document.createElement('div');
  private disposed = false;
}

/** Say where files go that are dropped onto a row; null where they cannot go there. */
export function goalOf(row: Row, branchOf: (dataset: string) => string): IDropGoal | null {
  switch (row.kind) {
    case 'dataset': {
      const { name } = row.dataset;
      return { dataset: name, ref: branchOf(name) };
    }
    case 'ref':
      return row.ref.kind === 'branch' ? { dataset: row.dataset, ref: row.ref.name } : null;
    case 'table':
      return { dataset: row.dataset, ref: branchOf(row.dataset), table: row.table.name };
    case 'heading':
      return null;
    default:
      return { dataset: row.dataset, ref: branchOf(row.dataset) };
  }
}

/** Make a source of a path of the file browser. */
export function sourceOf(path: string): Source {
  return { kind: 'server', path, name: path.split('/').at(-1) ?? path };
}
