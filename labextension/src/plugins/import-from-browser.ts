/** Adds “Import into DSA…” to the menu of the file browser; the server reads these files itself. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { holdsTables } from '../models';
import { sourceOf, workbenchIcon } from '../panel';
import { CommandIDs, IImporter, IWorkbench } from '../tokens';
import { PermittedCommands } from './permitted';

export const importFromBrowserPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:import-from-browser',
  description: 'Imports files of the file browser.',
  autoStart: true,
  requires: [IWorkbench, IImporter, IFileBrowserFactory],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    { model }: IWorkbench,
    importer: IImporter,
    { tracker }: IFileBrowserFactory,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('dsa_workbench');
    const chosen = (): Contents.IModel[] => [...(tracker.currentWidget?.selectedItems() ?? [])];
    const permitted = new PermittedCommands(app.commands, model.access, trans);
    permitted.addCommand(CommandIDs.importFromBrowser, {
      label: trans.__('Import into DSA…'),
      caption: trans.__('See what the chosen files would change in a dataset, and commit them'),
      icon: workbenchIcon,
      isVisible: () => {
        const items = chosen();
        return items.length > 0 && items.every(isTable);
      },
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => importer.open(chosen().map(item => sourceOf(item.path)))
    });
  }
};

function isTable(item: Contents.IModel): boolean {
  return item.type !== 'directory' && holdsTables(item.name);
}
