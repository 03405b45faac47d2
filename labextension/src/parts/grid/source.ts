/** Where the rows of a grid come from: a page at a time, over HTTP in the panel and over a comm in widgets. */

import type { Columns, IColumn } from '../columns';

export interface IPageSource {
  readonly columns: readonly IColumn[];
  /** How many rows there are. */
  readonly rows: number;
  /**
   * Read rows from `offset` on, `limit` at most, with these columns (by their names, in this order) or all.
   *
   * What is read must never change: a source is of one commit, one condition and one order. Whoever waits no longer
   * aborts the signal; the promise is then rejected.
   */
  page(
    offset: number,
    limit: number,
    columns: readonly string[] | null,
    signal: AbortSignal
  ): Promise<Columns>;
}

/** Why rows could not be read, as far as is known: the message of an error, and what to do about it. */
export interface IFailure {
  readonly message: string;
  readonly hint: string;
}

/** Make a failure of whatever was thrown; errors of the API and of the kernel carry a hint. */
export function failureOf(error: unknown): IFailure {
  const { message, hint } = error as { message?: unknown; hint?: unknown };
  return {
    message: typeof message === 'string' ? message : String(error),
    hint: typeof hint === 'string' ? hint : ''
  };
}
