/** Commands about datasets: made, described, deleted, brought back; and their names for code. */

import { Clipboard, Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, copyIcon, editIcon, undoIcon } from '@jupyterlab/ui-components';

import { attempt, type WorkbenchPanel } from '../panel';
import { CommandIDs } from '../tokens';
import type { ICommands } from './permitted';

export function addDatasetCommands(
  commands: ICommands,
  panel: WorkbenchPanel,
  trans: TranslationBundle
): void {
  const { model, state } = panel;
  const isLive = () => state.dataset !== undefined && !model.datasets.deleted;
  const isDeleted = () => state.dataset !== undefined && model.datasets.deleted;
  const dataset = {
    type: 'string',
    description: trans.__('The name of a dataset; the chosen one if left out')
  };
  const onDataset = { args: { type: 'object' as const, properties: { dataset } } };
  const nameOf = (args: { dataset?: unknown }): string | undefined =>
    typeof args.dataset === 'string' ? args.dataset : state.dataset;

  commands.addCommand(CommandIDs.createDataset, {
    label: trans.__('New Dataset…'),
    caption: trans.__('Make an empty dataset'),
    icon: addIcon,
    isEnabled: () => model.connection.isReady,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      const { value } = await InputDialog.getText({
        title: trans.__('New dataset'),
        label: trans.__('Name: letters, digits and _ - . + /'),
        placeholder: trans.__('sales'),
        pattern: '[A-Za-z0-9].*',
        okLabel: trans.__('Make')
      });
      if (value) {
        attempt(async () => {
          await model.createDataset(value.trim(), '');
          model.toggle(value.trim(), true);
          state.choose(`d:${value.trim()}`);
        });
      }
    }
  });

  commands.addCommand(CommandIDs.describeDataset, {
    label: trans.__('Describe Dataset…'),
    icon: editIcon,
    isEnabled: isLive,
    isVisible: isLive,
    describedBy: onDataset,
    execute: async args => {
      const name = nameOf(args);
      const known = model.datasets.items.find(item => item.name === name);
      if (!name || !known) {
        return;
      }
      const { value } = await InputDialog.getText({
        title: trans.__('Describe %1', name),
        label: trans.__('What its rows are, and where they come from'),
        text: known.description,
        okLabel: trans.__('Save')
      });
      if (value !== null) {
        attempt(() => model.describeDataset(name, value));
      }
    }
  });

  commands.addCommand(CommandIDs.deleteDataset, {
    label: trans.__('Delete Dataset…'),
    isEnabled: isLive,
    isVisible: isLive,
    describedBy: onDataset,
    execute: async args => {
      const name = nameOf(args);
      if (!name) {
        return;
      }
      const { button } = await showDialog({
        title: trans.__('Delete %1?', name),
        body: trans.__(
          'Its branches and history are hidden from everybody. It can be brought back: tick “Deleted”, then choose “Restore Dataset”.'
        ),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
        defaultButton: 0
      });
      if (button.accept) {
        attempt(() => model.deleteDataset(name));
      }
    }
  });

  commands.addCommand(CommandIDs.restoreDataset, {
    label: trans.__('Restore Dataset'),
    caption: trans.__('Bring a deleted dataset back, with its branches and history'),
    icon: undoIcon,
    isEnabled: isDeleted,
    isVisible: isDeleted,
    describedBy: onDataset,
    execute: args => {
      const name = nameOf(args);
      if (name) {
        attempt(() => model.restoreDataset(name));
      }
    }
  });

  commands.addCommand(CommandIDs.copySpec, {
    label: trans.__('Copy Name for Code'),
    caption: trans.__('Copy how the chosen version is named: sales, sales@dev, sales@3fa9c1d'),
    icon: copyIcon,
    isEnabled: isLive,
    isVisible: isLive,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => {
      const spec = specOf(panel);
      if (spec) {
        Clipboard.copyToSystem(spec);
      }
    }
  });
}

/** How the chosen row is named in code. */
export function specOf({ state }: WorkbenchPanel): string | undefined {
  const { dataset, at, chosen } = state;
  if (!dataset || !at) {
    return undefined;
  }
  const version = chosen?.kind === 'commit' ? at.slice(0, 10) : at;
  const spec = version === 'main' ? dataset : `${dataset}@${version}`;
  return chosen?.kind === 'table' && chosen.table.name !== 'data'
    ? `${dataset}@${version}:${chosen.table.name}`
    : spec;
}
