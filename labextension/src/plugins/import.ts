/** Brings files in: the dialog, its command, and the panel as a place to drop files onto. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CommandToolbarButton } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { fileUploadIcon } from '@jupyterlab/ui-components';

import { chooseFiles, Importer, ImportWords } from '../dialogs/import';
import { holdsTables } from '../models';
import { DropTarget, goalOf, sourceOf, Words, type WorkbenchPanel } from '../panel';
import { CommandIDs, IImporter, type IImportGoal, IWorkbench, IWorkbenchPanel } from '../tokens';
import { PermittedCommands } from './permitted';

export const importPlugin: JupyterFrontEndPlugin<IImporter> = {
  id: 'dsa-workbench:import',
  description: 'Previews and imports files that are chosen or dropped.',
  autoStart: true,
  requires: [IWorkbench, IWorkbenchPanel],
  optional: [ITranslator],
  provides: IImporter,
  activate: (
    app: JupyterFrontEnd,
    { model }: IWorkbench,
    { panel }: IWorkbenchPanel,
    translator: ITranslator | null
  ): IImporter => {
    const words = new Words((translator ?? nullTranslator).load('dsa_workbench'));
    const { trans } = words;
    const { commands } = app;
    const importer = new Importer(model, commands, new ImportWords(words));
    const permitted = new PermittedCommands(commands, model.access, trans);
    permitted.addCommand(CommandIDs.import, {
      label: trans.__('Import Files…'),
      caption: trans.__('See what files would change in a dataset, and commit them'),
      icon: fileUploadIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            dataset: { type: 'string', description: trans.__('Where to; asked for if left out') },
            ref: { type: 'string', description: trans.__('The branch; main if left out') },
            table: { type: 'string', description: trans.__('The table that the file becomes') },
            chosen: {
              type: 'boolean',
              description: trans.__('Import into the row that is chosen in the panel')
            },
            paths: {
              type: 'array',
              items: { type: 'string' },
              description: trans.__('Files of the server; the browser chooses some if left out')
            }
          }
        }
      },
      execute: async args => {
        const goal = args.chosen ? chosenGoal(panel) : goalFrom(args, panel);
        if (Array.isArray(args.paths)) {
          importer.open(
            args.paths.map(path => sourceOf(String(path))),
            goal
          );
        } else {
          const files = await chooseFiles();
          importer.open(
            files.map(file => ({ kind: 'file', name: file.name, file })),
            goal
          );
        }
      }
    });
    panel.datasets.toolbar.addItem(
      CommandIDs.import,
      new CommandToolbarButton({ commands, id: CommandIDs.import, label: '' })
    );
    const target = new DropTarget(panel, words, (sources, goal) => {
      const known = sources.filter(source => holdsTables(source.name));
      // Where all have names that say nothing, the server looks into them.
      importer.open(known.length ? known : sources, {
        ...goal,
        isPlaced: goal.dataset !== undefined && sources.length === 1
      });
    });
    panel.disposed.connect(() => target.dispose());
    return importer;
  }
};

/** The row that is chosen says where files go. */
function chosenGoal(panel: WorkbenchPanel): IImportGoal {
  const { chosen } = panel.state;
  const branchOf = (name: string) => {
    const shown = panel.model.opened.get(name)?.shown;
    return shown?.kind === 'branch' ? shown.name : 'main';
  };
  const goal = chosen && goalOf(chosen, branchOf);
  return goal ? { ...goal, isPlaced: true } : {};
}

/** What is said says where files go; else the row that is chosen proposes it. */
function goalFrom(args: Record<string, unknown>, panel: WorkbenchPanel): IImportGoal {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const dataset = text(args.dataset);
  return dataset === undefined
    ? { ...chosenGoal(panel), table: undefined, isPlaced: false }
    : { dataset, ref: text(args.ref), table: text(args.table), isPlaced: true };
}
