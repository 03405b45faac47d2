/** What the names of files say: whether they hold tables, and what a dataset or a table of them is called. */

const TABLES =
  /\.(csv|tsv|tab|txt|xlsx|xlsm|xls|xlsb|ods|parquet|pq|arrow|arrows|feather|ipc|json|jsonl|ndjson)$/i;
const PACKED = /\.(gz|zst|bz2|xz|zip)$/i;

/** Say whether a file, by its name, is one that can be imported; a zip may hold one. */
export function holdsTables(name: string): boolean {
  return TABLES.test(name.replace(PACKED, '')) || /\.zip$/i.test(name);
}

/** Whether only a workbook has sheets, and only text has delimiters and an encoding. */
export function kindOf(name: string): 'text' | 'workbook' | 'other' {
  const plain = name.replace(PACKED, '');
  if (/\.(xlsx|xlsm|xls|xlsb|ods)$/i.test(plain)) {
    return 'workbook';
  }
  return /\.(parquet|pq|arrow|arrows|feather|ipc|json|jsonl|ndjson)$/i.test(plain)
    ? 'other'
    : 'text';
}

/** Propose a name for what a file holds: `Orders 2026.csv.gz` is `Orders-2026`. */
export function nameFor(file: string): string {
  const plain = file.replace(PACKED, '').replace(TABLES, '');
  const name = plain
    .replace(/[^\p{L}\p{N}_.+-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/[-.]+$/, '');
  return name || 'data';
}

/** Name a table for each of several files; no two of them the same. */
export function tablesFor(files: readonly string[]): string[] {
  const taken = new Set<string>();
  return files.map(file => {
    const name = nameFor(file);
    let free = name;
    for (let count = 2; taken.has(free); count += 1) {
      free = `${name}-${count}`;
    }
    taken.add(free);
    return free;
  });
}
