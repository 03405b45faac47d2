/** Puts code where the reader works; where that is nowhere, he is asked, and the clipboard takes it at the least. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { IConsoleTracker } from '@jupyterlab/console';
import { type INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { type MakeCells, notebookTarget, targetOf } from './target';

const NEW_NOTEBOOK = 'notebook:create-new';

export class Inserter {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly trans: TranslationBundle,
    private readonly notebooks: INotebookTracker | null,
    private readonly consoles: IConsoleTracker | null
  ) {}

  /** Put cells into the notebook or console that is used; ask where there is none. */
  async insert(make: MakeCells): Promise<void> {
    const { shell } = this.app;
    const target = targetOf(shell.currentWidget, this.notebooks, this.consoles);
    if (target === null) {
      await this.ask(make);
    } else if (target.put(make)) {
      shell.activateById(target.widget.id);
    } else {
      this.copy(make, this.trans.__('There is no room for it here: the code is in the clipboard.'));
    }
  }

  private async ask(make: MakeCells): Promise<void> {
    const { trans } = this;
    const hasNotebooks = this.app.commands.hasCommand(NEW_NOTEBOOK);
    if (!hasNotebooks) {
      this.copy(make, trans.__('No notebook is open: the code is in the clipboard.'));
      return;
    }
    const open = Dialog.okButton({ label: trans.__('New Notebook') });
    const copy = Dialog.createButton({ label: trans.__('Copy') });
    const { button } = await showDialog({
      title: trans.__('No notebook is open'),
      body: trans.__(
        'Put the code into a new notebook, or copy it and paste it where you need it.'
      ),
      buttons: [Dialog.cancelButton(), copy, open]
    });
    if (button === copy) {
      this.copy(make, trans.__('The code is in the clipboard.'));
    } else if (button === open) {
      await this.open(make);
    }
  }

  private async open(make: MakeCells): Promise<void> {
    // With the kernel named, nobody is asked for one.
    const kernelName = this.app.serviceManager.kernelspecs.specs?.default;
    const args = kernelName === undefined ? {} : { kernelName };
    const panel: unknown = await this.app.commands.execute(NEW_NOTEBOOK, args);
    if (panel instanceof NotebookPanel) {
      await panel.context.ready;
      notebookTarget(panel).put(make);
      this.app.shell.activateById(panel.id);
    } else {
      // Notebook 7 opens it in another tab of the browser.
      this.copy(
        make,
        this.trans.__('The code is in the clipboard: paste it into the new notebook.')
      );
    }
  }

  private copy(make: MakeCells, told: string): void {
    Clipboard.copyToSystem(make([]).join('\n\n'));
    Notification.info(told, { autoClose: 5_000 });
  }
}
