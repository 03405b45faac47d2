/** How the reader wants a file to be imported, and what is asked of the server for it. */

import type { IImportAsked, ImportMode, IPreviewAsked } from '../api';

/** How a file is read; what is left out is found out by the server. */
export type Reading = Pick<
  IImportAsked,
  | 'delimiter'
  | 'quote'
  | 'encoding'
  | 'decimal'
  | 'header'
  | 'skip_rows'
  | 'ragged'
  | 'sheets'
  | 'null_tokens'
>;

export interface IChoices {
  /** The table that the file becomes; empty: as the file says, mostly `data`. */
  table: string;
  /** Empty: the key that the table has already. */
  key: readonly string[];
  mode: ImportMode;
  message: string;
  skips: boolean;
  types: Readonly<Record<string, string>>;
  reading: Readonly<Reading>;
  /** What several files are: a table each, or the parts of one. */
  shape: 'tables' | 'parts';
  /** Whether to look for columns that tell rows apart: this reads all of them. */
  suggestKeys: boolean;
}

export const CHOICES: IChoices = {
  table: '',
  key: [],
  mode: 'replace',
  message: '',
  skips: false,
  types: {},
  reading: {},
  shape: 'tables',
  suggestKeys: false
};

/** An upload, and the table that it becomes where each becomes one. */
export interface INamed {
  upload: string;
  table: string;
}

/** Say how files are to be imported, in the words of the server. */
export function askedOf(choices: IChoices, uploads: readonly INamed[]): IImportAsked {
  const { table, key, mode, message, skips, types, reading, shape } = choices;
  const isOne = uploads.length === 1 || shape === 'parts';
  return {
    mode,
    ...(table && isOne ? { table } : {}),
    ...(key.length ? { key: [...key] } : {}),
    ...(message.trim() ? { message: message.trim() } : {}),
    ...(skips ? { rejects: 'skip' as const } : {}),
    ...(Object.keys(types).length ? { types: { ...types } } : {}),
    ...reading,
    ...several(uploads, shape)
  };
}

/** Say the same of a preview, and how much of it is to be told. */
export function previewOf(choices: IChoices, uploads: readonly INamed[]): IPreviewAsked {
  return {
    ...askedOf({ ...choices, message: '' }, uploads),
    first: 20,
    changes: 50,
    rejected: 50,
    suggest_keys: choices.suggestKeys
  };
}

function several(
  uploads: readonly INamed[],
  shape: IChoices['shape']
): Pick<IImportAsked, 'files' | 'tables'> {
  if (uploads.length === 1) {
    return {};
  }
  return shape === 'parts'
    ? { files: uploads.map(({ upload }) => ({ upload })) }
    : { tables: Object.fromEntries(uploads.map(({ table, upload }) => [table, upload])) };
}
