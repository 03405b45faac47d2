/** Puts code for what is chosen in the panel into the notebook or console that is used: as commands, and by dragging. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { ITableAt } from '../api';
import { CODE_KINDS, cellsFor, type CodeKind } from '../models';
import { cellsOf, Inserter } from '../notebook';
import { attempt, DragSource, type PanelState, type Row } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';
import { chosenTable } from './chosen';

export const insertCodePlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:insert-code',
  description: 'Puts code for versions and tables into notebooks.',
  autoStart: true,
  requires: [IWorkbench],
  optional: [IWorkbenchPanel, ITranslator, ICommandPalette, INotebookTracker, IConsoleTracker],
  activate: (
    app: JupyterFrontEnd,
    { model }: IWorkbench,
    side: IWorkbenchPanel | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('dsa_workbench');
    const inserter = new Inserter(app, trans, notebooks, consoles);
    const labels: Record<CodeKind, string> = {
      magic: trans.__('Insert %dsa Line'),
      python: trans.__('Insert Python'),
      sql: trans.__('Insert SQL Cell')
    };
    const wanted = (args: ReadonlyPartialJSONObject): ITableAt | undefined =>
      given(args) ?? (side ? chosenTable(side.panel.state) : undefined);

    app.commands.addCommand(CommandIDs.insertCode, {
      label: args => labels[kindOf(args)],
      caption: trans.__('Put code that reads the chosen version into the notebook that is used'),
      isEnabled: args => wanted(args) !== undefined,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            as: {
              oneOf: CODE_KINDS.map(kind => ({ const: kind, title: labels[kind] })),
              description: trans.__('What kind of code; a line of %dsa if left out')
            },
            dataset: {
              type: 'string',
              description: trans.__('The name of a dataset; the chosen one if left out')
            },
            at: { type: 'string', description: trans.__('The version; main if left out') },
            table: { type: 'string', description: trans.__('The table, where there are several') }
          }
        }
      },
      execute: args => {
        const of = wanted(args);
        if (of) {
          attempt(async () => {
            const tables = (await model.client.tables(of.dataset, of.at)).map(({ name }) => name);
            await inserter.insert(cells => cellsFor(kindOf(args), of, tables, cells));
          });
        }
      }
    });
    side?.panel.state.changed.connect(
      () => app.commands.notifyCommandChanged(CommandIDs.insertCode),
      inserter
    );
    if (side) {
      const { panel } = side;
      const there = () => {
        const notebook = notebooks?.currentWidget?.content;
        return notebook ? cellsOf(notebook) : [];
      };
      const source = new DragSource(panel, row => draggedCells(panel.state, row, there()));
      panel.disposed.connect(() => source.dispose());
    }
    const category = trans.__('DSA Workbench');
    for (const kind of CODE_KINDS) {
      palette?.addItem({ command: CommandIDs.insertCode, args: { as: kind }, category });
    }
  }
};

/** The code that a row becomes where it is dropped; nobody can be asked meanwhile, so it goes by what is shown. */
function draggedCells(state: PanelState, row: Row, cells: readonly string[]): string[] {
  state.choose(row.key);
  const of = chosenTable(state);
  const hasCode = ['dataset', 'ref', 'table', 'commit'].includes(row.kind);
  if (!of || !hasCode) {
    return [];
  }
  const tables = state.model.opened.get(of.dataset)?.tables ?? [];
  return cellsFor(
    'magic',
    of,
    tables.map(({ name }) => name),
    cells
  );
}

function kindOf({ as }: ReadonlyPartialJSONObject): CodeKind {
  return CODE_KINDS.find(kind => kind === as) ?? 'magic';
}

function given({ dataset, at, table }: ReadonlyPartialJSONObject): ITableAt | undefined {
  return typeof dataset === 'string'
    ? {
        dataset,
        at: typeof at === 'string' ? at : 'main',
        table: typeof table === 'string' ? table : undefined
      }
    : undefined;
}
