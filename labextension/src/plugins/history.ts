/** Opens histories as documents, one for each dataset, and brings them back with the layout. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { HistoryDocument, type ICommitActions } from '../documents/history';
import { HistoryModel, type WorkbenchModel } from '../models';
import { branchIcon, refusalOf, Words } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';
import { Documents, textOf } from './documents';
import { PermittedCommands } from './permitted';

export const historyPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:history',
  description: 'Opens the history of a dataset as a graph of commits.',
  autoStart: true,
  requires: [IWorkbench],
  optional: [IWorkbenchPanel, ITranslator, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workbench: IWorkbench,
    side: IWorkbenchPanel | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('dsa_workbench');
    const words = new Words(trans);
    const { commands } = app;
    const documents = new Documents<HistoryDocument>({
      app,
      trans,
      side,
      restorer,
      kind: 'history',
      command: CommandIDs.openHistory,
      args: ({ model: { dataset, at } }) => (at === undefined ? { dataset } : { dataset, at }),
      name: ({ model: { dataset } }) => dataset
    });
    const datasetOf = (args: ReadonlyPartialJSONObject) =>
      textOf(args.dataset) ?? side?.panel.state.dataset;

    const open = (dataset: string, at: string | undefined): HistoryDocument => {
      const model = new HistoryModel({ client: workbench.model.client, dataset, at });
      const document = new HistoryDocument({
        model,
        words,
        actions: actionsOf(app, dataset, workbench.model, trans)
      });
      return documents.add(document, `dsa-history-${dataset}`);
    };

    const permitted = new PermittedCommands(commands, workbench.model.access, trans);
    permitted.addCommand(CommandIDs.openHistory, {
      label: trans.__('Show History'),
      caption: trans.__('Show the commits of a dataset as a graph of branches and merges'),
      icon: branchIcon,
      isEnabled: args => datasetOf(args) !== undefined,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            dataset: {
              type: 'string',
              description: trans.__('The name of a dataset; the chosen one if left out')
            },
            at: {
              type: 'string',
              description: trans.__(
                'A branch, tag or commit; the history of all branches and tags if left out'
              )
            }
          }
        }
      },
      execute: async args => {
        const dataset = datasetOf(args);
        if (dataset === undefined) {
          return;
        }
        const at =
          textOf(args.at) ?? (args.dataset === undefined ? side?.panel.state.ref?.name : undefined);
        const known = documents.find(document => document.model.dataset === dataset);
        const document = known ?? open(dataset, at);
        if (known && at !== undefined) {
          await known.model.show(at);
        }
        documents.show(document);
      }
    });
  }
};

/** What can be done with commits here; commands of other plugins are used where they are there. */
function actionsOf(
  { commands }: JupyterFrontEnd,
  dataset: string,
  { access }: WorkbenchModel,
  trans: TranslationBundle
): ICommitActions {
  const run = (id: string, args: ReadonlyPartialJSONObject) => void commands.execute(id, args);
  return {
    compare: (from, to) => run(CommandIDs.openDiff, { dataset, from, to }),
    copy: text => Clipboard.copyToSystem(text),
    openData: commands.hasCommand(CommandIDs.openData)
      ? commit => run(CommandIDs.openData, { dataset, at: commit.id })
      : undefined,
    createBranch: commands.hasCommand(CommandIDs.createBranch)
      ? commit => run(CommandIDs.createBranch, { dataset, at: commit.id })
      : undefined,
    refusedBranch: () => (access.may('write refs') ? undefined : refusalOf('write refs', trans))
  };
}
