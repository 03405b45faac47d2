/** The system's own chooser of files. */

const ENDINGS =
  '.csv,.tsv,.tab,.txt,.xlsx,.xlsm,.xls,.xlsb,.ods,.parquet,.pq,.arrow,.feather,.ipc,.json,.jsonl,.ndjson,' +
  '.gz,.zst,.bz2,.xz,.zip';

/** Let the reader choose files; none where he thinks better of it. */
export function chooseFiles(): Promise<File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = ENDINGS;
  return new Promise(resolve => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
