/** What commands about tables are about, where nothing is said: the row that is chosen in the panel. */

import type { ITableAt } from '../api';
import type { PanelState } from '../panel';

/** Give the version of the chosen row, and its table where it is one; nothing where none is chosen, or a deleted one. */
export function chosenTable({ chosen, dataset, at, model }: PanelState): ITableAt | undefined {
  return dataset === undefined || at === undefined || model.datasets.deleted
    ? undefined
    : { dataset, at, table: chosen?.kind === 'table' ? chosen.table.name : undefined };
}
