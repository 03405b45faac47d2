/** Opens diffs as documents, one for each pair of versions, and brings them back with the layout. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { type ReadonlyPartialJSONObject, UUID } from '@lumino/coreutils';

import type { IDiffOf } from '../api';
import { DiffDocument, namesFor } from '../documents/diff';
import { DiffModel } from '../models';
import { attempt, changesOf, refuseFirst, Words, workbenchIcon } from '../panel';
import { CommandIDs, IWorkbench, IWorkbenchPanel } from '../tokens';
import { Documents, textOf } from './documents';
import { PermittedCommands } from './permitted';

export const diffPlugin: JupyterFrontEndPlugin<void> = {
  id: 'dsa-workbench:diff',
  description: 'Opens what differs between two versions of a dataset.',
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
    const documents = new Documents<DiffDocument>({
      app,
      trans,
      side,
      restorer,
      kind: 'diff',
      command: CommandIDs.openDiff,
      args: ({ id, model: { of } }) => ({
        id,
        dataset: of.dataset,
        from: of.from,
        to: of.to,
        ...(of.table !== undefined && { table: of.table })
      }),
      // Versions are changed in the document; its place in the layout goes by what stays the same.
      name: ({ id }) => id
    });
    const wanted = (args: ReadonlyPartialJSONObject): IDiffOf | undefined =>
      given(args) ?? (side ? changesOf(side.panel.state) : undefined);

    const open = (of: IDiffOf, id = `dsa-diff-${UUID.uuid4()}`): DiffDocument => {
      const names = namesFor('unified', trans);
      const model = new DiffModel({ client: workbench.model.client, of, names });
      return documents.add(new DiffDocument({ model, words, download }), id);
    };

    const show = (of: IDiffOf, id?: string): void => {
      const known = documents.find(({ model }) => nameOf(model.of) === nameOf(of));
      const document = known ?? open(of, id);
      if (known && of.table !== undefined && of.table !== known.model.table) {
        void known.model.compare({ table: of.table });
      }
      documents.show(document);
    };

    const text = (description: string) => ({ type: 'string', description });
    const permitted = new PermittedCommands(commands, workbench.model.access, trans);
    permitted.addCommand(CommandIDs.openDiff, {
      label: trans.__('Show Changes'),
      caption: trans.__('Show which rows and cells differ between two versions'),
      icon: workbenchIcon,
      isEnabled: args => wanted(args) !== undefined,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            dataset: text(trans.__('The name of a dataset; the chosen one if left out')),
            from: text(trans.__('The old version: a branch, a tag, a commit, main~1')),
            to: text(trans.__('The new version')),
            id: text(trans.__('The tab that it was before, for bringing it back')),
            table: text(trans.__('The table; the first that differs if left out'))
          }
        }
      },
      execute: args => {
        const of = wanted(args);
        if (of && given(args)) {
          show(of, textOf(args.id));
        } else if (of) {
          attempt(async () => {
            await refuseFirst(workbench.model.client, of, {
              message: spec => trans.__('%1 is the first version: nothing was before it.', spec),
              hint: trans.__('“Open Data” shows its rows.')
            });
            show(of);
          });
        }
      }
    });
  }
};

function given({ dataset, from, to, table }: ReadonlyPartialJSONObject): IDiffOf | undefined {
  if (typeof dataset !== 'string' || typeof from !== 'string' || typeof to !== 'string') {
    return undefined;
  }
  return { dataset, from, to, table: typeof table === 'string' ? table : undefined };
}

function nameOf({ dataset, from, to }: IDiffOf): string {
  return `${dataset}:${from}..${to}`;
}

/** Have the browser save a file; the server names it. */
function download(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}
