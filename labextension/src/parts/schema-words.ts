/** Changes of a schema as sentences. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISchemaChange } from '../api';

export function schemaSentence(change: ISchemaChange, trans: TranslationBundle): string {
  const { column } = change;
  const old = change.old ?? trans.__('none');
  const now = change.new ?? trans.__('none');
  switch (change.kind) {
    case 'added':
      return change.new === undefined
        ? trans.__('Column %1 added.', column)
        : trans.__('Column %1 added (%2).', column, now);
    case 'dropped':
      return change.old === undefined
        ? trans.__('Column %1 dropped.', column)
        : trans.__('Column %1 dropped (%2).', column, old);
    case 'renamed':
      return trans.__('Column %1 renamed to %2.', old, now);
    case 'retyped':
      return trans.__('Column %1 has another type: %2 → %3.', column, old, now);
    case 'reordered':
      return trans.__('Columns stand in another order.');
    case 'nullability':
      return trans.__('Column %1: nulls %2 → %3.', column, old, now);
    case 'metadata':
      return column === ''
        ? trans.__('Notes on the table have changed.')
        : trans.__('Notes on column %1 have changed.', column);
    case 'key':
      return trans.__('Key: %1 → %2.', old, now);
    case 'table added':
      return trans.__('The table is new.');
    case 'table dropped':
      return trans.__('The table was dropped.');
  }
}
