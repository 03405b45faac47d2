/** Shows the connection and the job at work in the status bar. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { StatusModel } from '../models';
import { Words } from '../panel';
import { StatusItem } from '../status';
import { CommandIDs, IWorkbench } from '../tokens';

/** After kernels and terminals, which are JupyterLab's own. */
const RANK = 10;

export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:status',
  description: 'Shows the connection of DSA Workbench and its jobs in the status bar.',
  autoStart: true,
  requires: [IWorkbench],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    workbench: IWorkbench,
    bar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    if (!bar) {
      return;
    }
    const words = new Words((translator ?? nullTranslator).load('dsa_workbench'));
    const model = new StatusModel(workbench.model);
    const item = new StatusItem(model, words, () => {
      if (app.commands.hasCommand(CommandIDs.open)) {
        void app.commands.execute(CommandIDs.open);
      }
    });
    item.disposed.connect(() => model.dispose());
    bar.registerStatusItem('dsa-workbench:status', { item, align: 'left', rank: RANK });
    // Others paint the window first.
    void app.restored.then(() => model.start());
  }
};
