/** The documents of one kind: opened once each, and brought back with the layout. */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage, WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IDocumentModel, WorkbenchDocument } from '../documents/document';
import type { IWorkbenchPanel } from '../tokens';

export interface IDocumentsOptions<D> {
  app: JupyterFrontEnd;
  trans: TranslationBundle;
  /** Where rows are chosen that the command may be about. */
  side: IWorkbenchPanel | null;
  restorer: ILayoutRestorer | null;
  /** Which kind it is: `history`. */
  kind: string;
  /** The command that opens one. */
  command: string;
  /** What the command is given to open a document again as it is now. */
  args: (document: D) => ReadonlyPartialJSONObject;
  /** What stays the same of a document, whatever is changed in it: its place in the layout goes by this. */
  name: (document: D) => string;
}

export class Documents<D extends WorkbenchDocument<IDocumentModel>> {
  constructor(private readonly options: IDocumentsOptions<D>) {
    const { app, side, restorer, kind, command, args, name } = options;
    this.tracker = new WidgetTracker<D>({ namespace: `dsa-workbench-${kind}` });
    // What is enabled depends on what is chosen.
    side?.panel.state.changed.connect(
      () => app.commands.notifyCommandChanged(command),
      this.tracker
    );
    void restorer?.restore(this.tracker, { command, args, name });
  }

  readonly tracker: WidgetTracker<D>;

  find(is: (document: D) => boolean): D | undefined {
    return this.tracker.find(is);
  }

  /** Put a new document into the main area, and write down what is changed in it. */
  add(document: D, id: string): D {
    const told = () => JSON.stringify(this.options.args(document));
    document.id = id;
    this.options.app.shell.add(document, 'main');
    // A shell may wait with it until the layout is there.
    void this.options.app.restored.then(() => this.seeThatItStands(document));
    void this.tracker.add(document);
    let written = told();
    document.model.changed.connect(() => {
      const now = told();
      if (now !== written) {
        written = now;
        void this.tracker.save(document);
      }
    }, document);
    return document;
  }

  show(document: D): void {
    this.options.app.shell.activateById(document.id);
  }

  /** Tell where a page has no room: one of Notebook 7 holds the document that it was opened for, and drops all others. */
  private seeThatItStands(document: D): void {
    if (document.isDisposed || document.parent !== null) {
      return;
    }
    const { trans } = this.options;
    document.dispose();
    void showErrorMessage(
      trans.__('There is no room for it on this page'),
      trans.__(
        'Tables, diffs, histories and queries open in JupyterLab. The panel and its code work here.'
      )
    );
  }
}

/** Give an argument of a command that is a text with something in it. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
