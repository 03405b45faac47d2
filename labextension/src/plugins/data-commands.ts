/** What can be done with the cell or header that the menu was asked for, or with the active cell. */

import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import type { IColumnTold } from '../api';
import type { DataDocument } from '../documents/data';
import type { TableModel } from '../models';
import { CommandIDs } from '../tokens';

/** Types of which a value is written as a text in a condition. */
const COMPARABLE = /^(u?int|float|decimal|date|time|string|bool)/;

export function addDataCommands(
  commands: CommandRegistry,
  tracker: WidgetTracker<DataDocument>,
  trans: TranslationBundle
): void {
  const noArguments = { args: { type: 'object', properties: {} } };
  const model = (): TableModel | undefined => tracker.currentWidget?.model;
  const grid = () => tracker.currentWidget?.rows.grid ?? undefined;
  const column = (): IColumnTold | undefined => {
    const aimed = grid()?.aimed;
    return aimed ? model()?.columns[aimed.column] : undefined;
  };
  const sortOf = (name: string | undefined) =>
    model()?.view.sorts.find(sort => sort.column === name);
  /** The value that the menu is about; undefined where there is none to compare with. */
  const value = (): string | null | undefined => {
    const aimed = grid()?.aimed;
    const found = column();
    if (!aimed || aimed.row < 0 || !found || !COMPARABLE.test(found.type)) {
      return undefined;
    }
    const cell = grid()!.model.cell(aimed.row, aimed.column, Infinity);
    return typeof cell === 'symbol' ? undefined : cell;
  };

  /** Give the focus back to the grid: menus and the palette leave it nowhere. */
  const back = (done: Promise<void> | void): Promise<void> | void => {
    grid()?.activate();
    return done;
  };

  commands.addCommand(CommandIDs.sortAscending, {
    label: trans.__('Sort Rows Ascending'),
    caption: trans.__('Order the rows by this column; a click on its header does so, too'),
    describedBy: noArguments,
    isEnabled: () => column() !== undefined,
    execute: () => back(model()?.order(column()!.name, 'asc'))
  });
  commands.addCommand(CommandIDs.sortDescending, {
    label: trans.__('Sort Rows Descending'),
    caption: trans.__('Order the rows by this column, the greatest value first'),
    describedBy: noArguments,
    isEnabled: () => column() !== undefined,
    execute: () => back(model()?.order(column()!.name, 'desc'))
  });
  commands.addCommand(CommandIDs.unsort, {
    label: trans.__('Do Not Sort by This Column'),
    caption: trans.__('Take the column out of the order'),
    describedBy: noArguments,
    isEnabled: () => sortOf(column()?.name) !== undefined,
    execute: () => back(model()?.order(column()!.name, null))
  });
  commands.addCommand(CommandIDs.narrow, {
    label: trans.__('Show Only Rows with This Value'),
    caption: trans.__('Add the value to the condition'),
    describedBy: noArguments,
    isEnabled: () => value() !== undefined,
    execute: () => back(model()?.narrow(column()!.name, value()!))
  });
  commands.addCommand(CommandIDs.freezeColumns, {
    label: trans.__('Freeze Columns up to This One'),
    caption: trans.__('Keep the columns up to this one at the left'),
    describedBy: noArguments,
    isEnabled: () => column() !== undefined && model()?.view.frozen !== column()?.name,
    execute: () => back(model()?.freeze(column()!.name))
  });
  commands.addCommand(CommandIDs.unfreezeColumns, {
    label: trans.__('Unfreeze Columns'),
    caption: trans.__('Let all columns scroll'),
    describedBy: noArguments,
    isEnabled: () => (model()?.view.frozen ?? '') !== '',
    execute: () => back(model()?.freeze(''))
  });
  commands.addCommand(CommandIDs.hideColumn, {
    label: trans.__('Hide Column'),
    caption: trans.__('Do not show this column; the button “Columns” shows it again'),
    describedBy: noArguments,
    isEnabled: () => column() !== undefined && (model()?.visible.length ?? 0) > 1,
    execute: () => back(model()?.setHidden([...model()!.view.hidden, column()!.name]))
  });
  commands.addCommand(CommandIDs.showColumns, {
    label: trans.__('Show All Columns'),
    caption: trans.__('Show the columns that are hidden'),
    describedBy: noArguments,
    isEnabled: () => (model()?.view.hidden.length ?? 0) > 0,
    execute: () => back(model()?.setHidden([]))
  });
  commands.addCommand(CommandIDs.copyCells, {
    label: trans.__('Copy Cells'),
    caption: trans.__('Copy the selected cells, for a spreadsheet or an editor (Ctrl+C)'),
    describedBy: noArguments,
    isEnabled: () => (grid()?.current ?? null) !== null,
    execute: () => back(grid()?.copy())
  });
  commands.addCommand(CommandIDs.copyWithNames, {
    label: trans.__('Copy Cells with Column Names'),
    caption: trans.__('Copy the selected cells, with the names of their columns above'),
    describedBy: noArguments,
    isEnabled: () => (grid()?.current ?? null) !== null,
    execute: () => back(grid()?.copy(true))
  });
}
