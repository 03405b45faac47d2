/** Commands about branches and tags: made, shown, protected, deleted. */

import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { RefKind } from '../api';
import { attempt, branchIcon, lockIcon, tagIcon, type WorkbenchPanel } from '../panel';
import { CommandIDs } from '../tokens';
import type { ICommands } from './permitted';

/** What a whole commit id looks like. */
const COMMIT = /^[0-9a-f]{64}$/;
const DESCRIBED = { args: { type: 'object' as const, properties: {} } };

export function addRefCommands(
  commands: ICommands,
  panel: WorkbenchPanel,
  trans: TranslationBundle
): void {
  const { model, state } = panel;
  const opened = () => (state.dataset ? model.opened.get(state.dataset) : undefined);
  const canBegin = () => opened()?.shown !== undefined;
  const isRef = () => state.ref !== undefined;

  const isGiven = (args: ReadonlyPartialJSONObject) =>
    typeof args.dataset === 'string' && typeof args.at === 'string';
  const canCreate = (args: ReadonlyPartialJSONObject) => isGiven(args) || canBegin();
  const described = {
    args: {
      type: 'object' as const,
      properties: {
        dataset: {
          type: 'string',
          description: trans.__('The name of a dataset; the chosen one if left out')
        },
        at: {
          type: 'string',
          description: trans.__('Where it begins; the chosen version if left out')
        }
      }
    }
  };

  const create = async (kind: RefKind, args: ReadonlyPartialJSONObject): Promise<void> => {
    const { dataset, at } = isGiven(args) ? (args as { dataset: string; at: string }) : state;
    if (!dataset || !at) {
      return;
    }
    const from = COMMIT.test(at) ? at.slice(0, 10) : at;
    const { value } = await InputDialog.getText({
      title:
        kind === 'branch'
          ? trans.__('New branch of %1, from %2', dataset, from)
          : trans.__('New tag of %1, at %2', dataset, from),
      label: trans.__('Name: letters, digits and _ - . + /'),
      placeholder: kind === 'branch' ? trans.__('dev') : trans.__('v1.0'),
      okLabel: trans.__('Make')
    });
    if (value) {
      attempt(async () => {
        const model_ = model.opened.get(dataset) ?? model.toggle(dataset, true);
        await model_?.createRef(value.trim(), kind, at);
        state.choose(`r:${value.trim()}@${dataset}`);
      });
    }
  };

  commands.addCommand(CommandIDs.createBranch, {
    label: trans.__('New Branch Here…'),
    caption: trans.__('Make a branch that begins at the chosen version'),
    icon: branchIcon,
    isEnabled: canCreate,
    isVisible: canCreate,
    describedBy: described,
    execute: args => create('branch', args)
  });
  commands.addCommand(CommandIDs.createTag, {
    label: trans.__('New Tag Here…'),
    caption: trans.__('Give the chosen version a name that does not move'),
    icon: tagIcon,
    isEnabled: canCreate,
    isVisible: canCreate,
    describedBy: described,
    execute: args => create('tag', args)
  });
  commands.addCommand(CommandIDs.showRef, {
    label: trans.__('Show Tables and History'),
    caption: trans.__('Show the tables and the history of the chosen branch or tag'),
    isEnabled: isRef,
    isVisible: isRef,
    describedBy: DESCRIBED,
    execute: async () => {
      const { ref } = state;
      if (ref) {
        await opened()?.choose(ref.name);
      }
    }
  });
  commands.addCommand(CommandIDs.protectRef, {
    label: () => (state.ref?.protected ? trans.__('Lift the Protection') : trans.__('Protect')),
    caption: trans.__('Let nobody move or delete the branch or tag, or let them again'),
    icon: lockIcon,
    isEnabled: isRef,
    isVisible: isRef,
    describedBy: DESCRIBED,
    execute: () => {
      const { ref } = state;
      const dataset = opened();
      if (ref && dataset) {
        attempt(() => dataset.protectRef(ref.name, !ref.protected));
      }
    }
  });
  commands.addCommand(CommandIDs.deleteRef, {
    label: () => (state.ref?.kind === 'tag' ? trans.__('Delete Tag…') : trans.__('Delete Branch…')),
    isEnabled: isRef,
    isVisible: isRef,
    describedBy: DESCRIBED,
    execute: async () => {
      const { ref } = state;
      const dataset = opened();
      if (!ref || !dataset) {
        return;
      }
      const { button } = await showDialog({
        title: trans.__('Delete %1 of %2?', ref.name, dataset.name),
        body: trans.__(
          'Its commits stay, and are found by their ids. To have it back, make a branch at %1.',
          ref.commit.slice(0, 10)
        ),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
        defaultButton: 0
      });
      if (button.accept) {
        attempt(() => dataset.deleteRef(ref));
      }
    }
  });
}
