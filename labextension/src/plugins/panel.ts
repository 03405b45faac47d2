/** Puts the panel at the side, where the reader had it, and gives it its settings. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { WorkbenchPanel, Words } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';

const ID = 'dsa-workbench:panel';
/** After what JupyterLab itself has there. */
const RANK = 600;

export const panelPlugin: JupyterFrontEndPlugin<IWorkbenchPanel> = {
  id: ID,
  description: 'Shows datasets, branches, history and jobs of DSA Workbench at the side.',
  autoStart: true,
  requires: [IWorkbench],
  optional: [ITranslator, ILayoutRestorer, ISettingRegistry],
  provides: IWorkbenchPanel,
  activate: (
    app: JupyterFrontEnd,
    workbench: IWorkbench,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    settings: ISettingRegistry | null
  ): IWorkbenchPanel => {
    const words = new Words((translator ?? nullTranslator).load('dsa_workbench'));
    const panel = new WorkbenchPanel({
      model: workbench.model,
      words,
      create: () => void app.commands.execute(CommandIDs.createDataset)
    });
    app.shell.add(panel, 'left', { rank: RANK, type: 'DSA Workbench' });
    restorer?.add(panel, panel.id);
    if (settings) {
      void follow(settings, workbench);
    }
    return { panel };
  }
};

/** Apply the settings, now and whenever they change; without them the defaults of the model hold. */
async function follow(registry: ISettingRegistry, { model }: IWorkbench): Promise<void> {
  try {
    const settings = await registry.load(ID);
    const apply = () => {
      const seconds = settings.get('refreshSeconds').composite;
      if (typeof seconds === 'number') {
        model.setInterval(seconds * 1000);
      }
    };
    apply();
    settings.changed.connect(apply, model);
  } catch (error) {
    console.warn('DSA Workbench goes on without its settings.', error);
  }
}
