/** Commands that need a permission: where it is missing they are disabled, and say why. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';

import type { AccessModel, Need } from '../models';
import { refusalOf } from '../panel';
import { CommandIDs } from '../tokens';

/** What each command needs; those that are not named need nothing but what shows the panel. */
const NEEDED: Readonly<Record<string, Need>> = {
  [CommandIDs.createDataset]: 'write datasets',
  [CommandIDs.describeDataset]: 'write datasets',
  [CommandIDs.deleteDataset]: 'write datasets',
  [CommandIDs.restoreDataset]: 'write datasets',
  [CommandIDs.createBranch]: 'write refs',
  [CommandIDs.createTag]: 'write refs',
  [CommandIDs.protectRef]: 'write refs',
  [CommandIDs.deleteRef]: 'write refs',
  [CommandIDs.import]: 'write uploads',
  [CommandIDs.importFromBrowser]: 'write uploads',
  [CommandIDs.openData]: 'read data',
  [CommandIDs.openDiff]: 'read diff',
  [CommandIDs.openHistory]: 'read commits',
  [CommandIDs.openQuery]: 'read query'
};

/** Takes commands as the registry does. */
export type ICommands = Pick<CommandRegistry, 'addCommand'>;

export class PermittedCommands implements ICommands {
  constructor(
    private readonly commands: CommandRegistry,
    private readonly access: AccessModel,
    private readonly trans: TranslationBundle
  ) {}

  addCommand(id: string, options: CommandRegistry.ICommandOptions): IDisposable {
    const need = NEEDED[id];
    if (need === undefined) {
      return this.commands.addCommand(id, options);
    }
    const { access, trans } = this;
    const { label = id, caption = '', isEnabled = () => true } = options;
    return this.commands.addCommand(id, {
      ...options,
      isEnabled: args => access.may(need) && isEnabled(args),
      // Menus show no captions: there the label has to say it.
      label: args => {
        const told = textFrom(label, args);
        return access.may(need) ? told : trans.__('%1 (not permitted)', told);
      },
      caption: args => (access.may(need) ? textFrom(caption, args) : refusalOf(need, trans))
    });
  }
}

function textFrom(
  text: string | CommandRegistry.CommandFunc<string>,
  args: Parameters<CommandRegistry.CommandFunc<string>>[0]
): string {
  return typeof text === 'string' ? text : text(args);
}
