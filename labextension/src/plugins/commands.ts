/** Registers the commands, and puts them into the palette and onto the panel; menus and keys stand in the schema. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CommandToolbarButton, ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';

import { workbenchIcon } from '../panel';
import { CommandIDs, IWorkbenchPanel } from '../tokens';
import { addDatasetCommands } from './dataset-commands';
import { PermittedCommands } from './permitted';
import { addRefCommands } from './ref-commands';

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:commands',
  description: 'Adds the commands of DSA Workbench.',
  autoStart: true,
  requires: [IWorkbenchPanel],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    { panel }: IWorkbenchPanel,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('dsa_workbench');
    const { commands } = app;
    commands.addCommand(CommandIDs.open, {
      label: trans.__('Show DSA Workbench'),
      caption: trans.__('Show datasets, branches, history and jobs at the side'),
      icon: workbenchIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(panel.id)
    });
    commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh Datasets and Jobs'),
      caption: trans.__('Look again at what is in the store'),
      icon: refreshIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => panel.model.refresh()
    });
    const permitted = new PermittedCommands(commands, panel.model.access, trans);
    addDatasetCommands(permitted, panel, trans);
    addRefCommands(permitted, panel, trans);
    // What is enabled depends on what is chosen, and on what is permitted.
    panel.state.changed.connect(() => commands.notifyCommandChanged(), panel);

    for (const id of [CommandIDs.createDataset, CommandIDs.refresh]) {
      panel.datasets.toolbar.addItem(id, new CommandToolbarButton({ commands, id, label: '' }));
    }
    const category = trans.__('DSA Workbench');
    // Those of other plugins, too: the palette leaves out what is not there.
    const others: string[] = [
      CommandIDs.importFromBrowser, // about the file browser's menu alone
      CommandIDs.insertCode // stands there once for each kind of code
    ];
    for (const command of Object.values(CommandIDs).filter(id => !others.includes(id))) {
      palette?.addItem({ command, category });
    }
  }
};
