/** What the chosen row changed, as far as it can be told from what is loaded. */

import { type Client, type IDiffOf, Problem } from '../api';
import type { PanelState } from './state';

/** A commit against its parent, a branch against main, all else against the version before; none before the first. */
export function changesOf(state: PanelState): IDiffOf | undefined {
  const { chosen: row, dataset, at } = state;
  if (!row || dataset === undefined || at === undefined) {
    return undefined;
  }
  if (row.kind === 'commit') {
    const [parent] = row.commit.parents;
    return parent === undefined ? undefined : { dataset, from: parent, to: row.commit.id };
  }
  if (row.kind === 'ref' && at !== 'main') {
    return { dataset, from: 'main', to: at };
  }
  const opened = state.model.opened.get(dataset);
  const tip = opened?.refs.find(({ name }) => name === at)?.commit;
  const known = opened?.commits.find(({ id }) => id === tip);
  return known?.parents.length === 0
    ? undefined
    : {
        dataset,
        from: `${at}~1`,
        to: at,
        table: row.kind === 'table' ? row.table.name : undefined
      };
}

/** Refuse to compare a first version with what was before it: what is not loaded is found out only now. */
export async function refuseFirst(
  client: Client,
  { dataset, from, to }: IDiffOf,
  words: { message: (spec: string) => string; hint: string }
): Promise<void> {
  if (from !== `${to}~1`) {
    return;
  }
  const [tip] = (await client.commits(dataset, to, 1)).items;
  if (tip?.parents.length === 0) {
    throw new Problem(0, 'first_version', words.message(`${dataset}@${to}`), words.hint);
  }
}
