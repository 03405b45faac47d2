/** Opens queries as documents, as many as one likes, and brings them back with what was run in them. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { runIcon } from '@jupyterlab/ui-components';
import { type ReadonlyPartialJSONObject, UUID } from '@lumino/coreutils';

import { type IQueryActions, QueryDocument } from '../documents/query';
import { cellsForQuery, queryFor, QueryModel, type ResultFormat } from '../models';
import { Inserter } from '../notebook';
import { attempt, tableIcon, Words } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';
import { chosenTable } from './chosen';
import { Documents } from './documents';
import { PermittedCommands } from './permitted';

export const queryPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:query',
  description: 'Opens queries in SQL over versions of datasets.',
  autoStart: true,
  requires: [IWorkbench, IEditorServices],
  optional: [IWorkbenchPanel, ITranslator, ILayoutRestorer, INotebookTracker, IConsoleTracker],
  activate: (
    app: JupyterFrontEnd,
    workbench: IWorkbench,
    services: IEditorServices,
    side: IWorkbenchPanel | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('dsa_workbench');
    const words = new Words(trans);
    const { commands } = app;
    const { client } = workbench.model;
    const documents = new Documents<QueryDocument>({
      app,
      trans,
      side,
      restorer,
      kind: 'query',
      command: CommandIDs.openQuery,
      args: ({ id, model }) => ({ id, text: model.text, history: [...model.history] }),
      name: ({ id }) => id
    });
    const { tracker } = documents;
    const inserter = new Inserter(app, trans, notebooks, consoles);
    const none = { args: { type: 'object' as const, properties: {} } };
    const hasText = () => tracker.currentWidget?.model.isEmpty === false;

    const actionsOf = (model: QueryModel): IQueryActions => ({
      insert: () => attempt(() => inserter.insert(cells => cellsForQuery(model.text, cells))),
      save: format => attempt(async () => save(await model.file(format), format))
    });
    const open = (model: QueryModel, id: string): void => {
      const document = new QueryDocument({ model, words, services, actions: actionsOf(model) });
      documents.add(document, id);
      model.changed.connect(() => {
        commands.notifyCommandChanged(CommandIDs.runQuery);
        commands.notifyCommandChanged(CommandIDs.insertQuery);
      }, document);
      documents.show(document);
    };

    const permitted = new PermittedCommands(commands, workbench.model.access, trans);
    permitted.addCommand(CommandIDs.openQuery, {
      label: trans.__('Query in SQL'),
      caption: trans.__('Ask versions of datasets in SQL'),
      icon: tableIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            text: {
              type: 'string',
              description: trans.__('The query; one of the chosen row else')
            },
            history: {
              type: 'array',
              items: { type: 'string' },
              description: trans.__('Queries that were run before, latest first')
            },
            id: {
              type: 'string',
              description: trans.__('The tab that it was before, for bringing it back')
            }
          }
        }
      },
      execute: args => {
        const id = typeof args.id === 'string' ? args.id : `dsa-query-${UUID.uuid4()}`;
        if (typeof args.text === 'string') {
          open(new QueryModel({ client, text: args.text, history: historyIn(args) }), id);
        } else {
          attempt(async () => open(new QueryModel({ client, text: await chosenQuery(side) }), id));
        }
      }
    });
    commands.addCommand(CommandIDs.runQuery, {
      label: trans.__('Run the Query'),
      icon: runIcon,
      isEnabled: hasText,
      describedBy: none,
      execute: () => tracker.currentWidget?.model.run()
    });
    commands.addCommand(CommandIDs.insertQuery, {
      label: trans.__('Insert the Query as a Cell'),
      caption: trans.__('Put the query into the notebook as a cell of %%dsa sql'),
      isEnabled: hasText,
      describedBy: none,
      execute: () => {
        const model = tracker.currentWidget?.model;
        if (model) {
          actionsOf(model).insert();
        }
      }
    });
  }
};

function historyIn({ history }: ReadonlyPartialJSONObject): string[] {
  return Array.isArray(history) ? history.filter(past => typeof past === 'string') : [];
}

/** Make a query of what is chosen in the panel; empty where nothing is. */
async function chosenQuery(side: IWorkbenchPanel | null): Promise<string> {
  const of = side ? chosenTable(side.panel.state) : undefined;
  if (!side || !of) {
    return '';
  }
  const tables = await side.panel.model.client.tables(of.dataset, of.at);
  return queryFor(
    of,
    tables.map(({ name }) => name)
  );
}

/** Have the browser save a file. */
function save(file: Blob, format: ResultFormat): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `query.${format}`;
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(link.href);
}
