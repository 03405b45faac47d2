/** What is selected as text of tabs and lines, which spreadsheets take; rows that were not loaded are fetched. */

import type { PagedModel } from './model';
import { PAGE_ROWS } from './pager';

/** Cells that are copied at most. More of them fill the memory of the browser: they are exported instead. */
export const COPY_CELLS = 1_000_000;

export interface IRange {
  readonly firstRow: number;
  readonly lastRow: number;
  /** Columns of the source, in the order in which they stand. */
  readonly columns: readonly number[];
}

export function cellsOf({ firstRow, lastRow, columns }: IRange): number {
  return (lastRow - firstRow + 1) * columns.length;
}

/** Write a range: a line for each row, and one of the names where they are wanted; null is empty. */
export async function tsvOf(
  model: PagedModel,
  { firstRow, lastRow, columns }: IRange,
  withNames: boolean,
  signal: AbortSignal
): Promise<string> {
  const { pager } = model;
  const lines = withNames ? [columns.map(at => quoted(model.columns[at]!.name)).join('\t')] : [];
  let row = firstRow;
  while (row <= lastRow) {
    const end = Math.min(lastRow + 1, row - (row % PAGE_ROWS) + PAGE_ROWS);
    const pages = await Promise.all(columns.map(column => pager.get(row, column, signal)));
    for (; row < end; row++) {
      const at = pager.rowWithin(row);
      const cells = columns.map((column, index) => {
        return quoted(pages[index]!.text(pager.within(column), at) ?? '');
      });
      lines.push(cells.join('\t'));
    }
  }
  return lines.join('\n');
}

/** Quote as spreadsheets do what would else be taken for more than one cell. */
function quoted(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Put a text onto the clipboard; pages that came without HTTPS have the old way only. */
export async function toClipboard(text: string): Promise<void> {
  // Undefined in such pages, whatever the types say.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    await clipboard.writeText(text);
    return;
  }
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', put, { once: true });
  const isDone = document.execCommand('copy');
  document.removeEventListener('copy', put);
  if (!isDone) {
    throw new Error('The browser does not let the page copy.');
  }
}
