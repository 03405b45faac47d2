/** Where code goes: the cells of a notebook, or the prompt of a console. */

import type { CodeConsole, ConsolePanel, IConsoleTracker } from '@jupyterlab/console';
import type { Notebook, NotebookPanel, INotebookTracker } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

/** Makes cells, told of those that are there. */
export type MakeCells = (cells: readonly string[]) => string[];

export interface ITarget {
  /** What is brought to the front when code was put there. */
  readonly widget: Widget;
  /** Put code there; false where there is no room for it. */
  put(make: MakeCells): boolean;
}

/** Find where the reader works: the notebook or console that he used last and can see, a notebook before a console. */
export function targetOf(
  current: Widget | null,
  notebooks: INotebookTracker | null,
  consoles: IConsoleTracker | null
): ITarget | null {
  const notebook = notebooks?.currentWidget ?? null;
  const console_ = consoles?.currentWidget ?? null;
  const isConsole = console_ !== null && (current === console_ || notebook === null);
  if (isConsole) {
    return consoleTarget(console_);
  }
  return notebook === null ? null : notebookTarget(notebook);
}

export function notebookTarget(panel: NotebookPanel): ITarget {
  return { widget: panel, put: make => putIntoNotebook(panel.content, make) };
}

/** The sources of a notebook's cells of code. */
export function cellsOf(notebook: Notebook): string[] {
  const cells = notebook.model?.sharedModel.cells ?? [];
  return cells.filter(cell => cell.cell_type === 'code').map(cell => cell.getSource());
}

/** Fill the active cell where it is an empty one of code, and put the rest below it; the first of them is active then. */
function putIntoNotebook(notebook: Notebook, make: MakeCells): boolean {
  const { model, activeCell } = notebook;
  if (!model || model.readOnly) {
    return false;
  }
  const texts = make(cellsOf(notebook));
  const active = activeCell?.model;
  const isEmpty = active?.type === 'code' && active.sharedModel.getSource().trim() === '';
  const index = notebook.activeCellIndex;
  const first = isEmpty ? index : index + 1;
  model.sharedModel.transact(() => {
    if (isEmpty) {
      active.sharedModel.setSource(texts[0]!);
    }
    model.sharedModel.insertCells(
      index + 1,
      texts.slice(isEmpty ? 1 : 0).map(source => ({ cell_type: 'code', source }))
    );
  });
  notebook.deselectAll();
  notebook.activeCellIndex = first;
  notebook.mode = 'command'; // Shift+Enter runs one after the other from here
  void notebook.scrollToItem(first);
  return true;
}

function consoleTarget(panel: ConsolePanel): ITarget {
  return { widget: panel, put: make => putIntoConsole(panel.console, make) };
}

/** Write into the prompt, which is one cell; a cell of SQL does not fit behind anything else. */
function putIntoConsole(widget: CodeConsole, make: MakeCells): boolean {
  const prompt = widget.promptCell?.model.sharedModel;
  if (!prompt) {
    return false;
  }
  const done = [...widget.cells].filter(cell => cell.model.type === 'code');
  const texts = make(done.map(cell => cell.model.sharedModel.getSource()));
  const before = prompt.getSource().trimEnd();
  const all = before === '' ? texts : [before, ...texts];
  if (all.slice(1).some(text => text.startsWith('%%'))) {
    return false;
  }
  prompt.setSource(all.join('\n'));
  return true;
}
