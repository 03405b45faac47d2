/** Opens tables as documents, one for each version of a table, and brings them back with the layout. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { type ReadonlyPartialJSONObject, UUID } from '@lumino/coreutils';

import type { ITableAt } from '../api';
import { DataDocument } from '../documents/data';
import { type ITableView, TableModel, viewFrom } from '../models';
import { type PanelState, tableIcon, Words } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';
import { addDataCommands } from './data-commands';
import { Documents, textOf } from './documents';
import { PermittedCommands } from './permitted';

export const dataPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:data',
  description: 'Opens the rows of a table at a version.',
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
    const documents = new Documents<DataDocument>({
      app,
      trans,
      side,
      restorer,
      kind: 'data',
      command: CommandIDs.openData,
      args: ({ id, model: { of, view } }) => ({
        id,
        dataset: of.dataset,
        at: of.at,
        ...(of.table !== undefined && { table: of.table }),
        view: { ...view, sorts: view.sorts.map(sort => ({ ...sort })) }
      }),
      // The table is changed in the document; its place in the layout goes by what stays the same.
      name: ({ id }) => id
    });
    const wanted = (args: ReadonlyPartialJSONObject): ITableAt | undefined =>
      given(args) ?? (side ? chosen(side.panel.state) : undefined);

    const open = (of: ITableAt, view: ITableView, id = `dsa-data-${UUID.uuid4()}`) => {
      const model = new TableModel({ client: workbench.model.client, of, view });
      return documents.add(new DataDocument({ model, words }), id);
    };

    const text = (description: string) => ({ type: 'string', description });
    const permitted = new PermittedCommands(commands, workbench.model.access, trans);
    permitted.addCommand(CommandIDs.openData, {
      label: trans.__('Open Data'),
      caption: trans.__('Show the rows of a table at a version'),
      icon: tableIcon,
      isEnabled: args => wanted(args) !== undefined,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            dataset: text(trans.__('The name of a dataset; the chosen one if left out')),
            at: text(trans.__('A branch, a tag, a commit, main~1; main if left out')),
            table: text(trans.__('The table; the first of the version if left out')),
            id: text(trans.__('The tab that it was before, for bringing it back')),
            view: {
              type: 'object',
              description: trans.__('Condition and order of the rows, hidden and frozen columns'),
              properties: {
                where: text(trans.__('A condition in SQL')),
                sorts: { type: 'array', items: { type: 'object' } },
                hidden: { type: 'array', items: { type: 'string' } },
                frozen: text(trans.__('The column up to which they stay at the left'))
              }
            }
          }
        }
      },
      execute: args => {
        const of = wanted(args);
        if (of) {
          const known = documents.find(({ model }) => isSame(model, of));
          documents.show(known ?? open(of, viewFrom(args.view), textOf(args.id)));
        }
      }
    });
    addDataCommands(commands, documents.tracker, trans);
    side?.panel.state.opened.connect((_, row) => {
      if (row.kind === 'table') {
        void commands.execute(CommandIDs.openData);
      }
    }, documents);
  }
};

function given(args: ReadonlyPartialJSONObject): ITableAt | undefined {
  const dataset = textOf(args.dataset);
  return dataset === undefined
    ? undefined
    : { dataset, at: textOf(args.at) ?? 'main', table: textOf(args.table) };
}

/** The table that is chosen in the panel, or the first one of the chosen version. */
function chosen({ chosen: row, dataset, at }: PanelState): ITableAt | undefined {
  return dataset === undefined || at === undefined
    ? undefined
    : { dataset, at, table: row?.kind === 'table' ? row.table.name : undefined };
}

/** Whether a document shows what is asked for; without a table any one of the version does. */
function isSame({ of, table }: TableModel, asked: ITableAt): boolean {
  return (
    of.dataset === asked.dataset &&
    of.at === asked.at &&
    (asked.table === undefined || table === asked.table)
  );
}
