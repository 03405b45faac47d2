/** Pages of a table over HTTP: of one commit, one condition and one order, so that none of them ever changes. */

import type { Client } from '../../api';
import type { IShownRows } from '../../models';
import { Columns, type IColumn } from '../../parts/columns';
import type { IPageSource } from '../../parts/grid';

export class TablePages implements IPageSource {
  constructor(
    private readonly client: Client,
    private readonly shown: IShownRows,
    readonly columns: readonly IColumn[]
  ) {}

  get rows(): number {
    return this.shown.rows;
  }

  async page(
    offset: number,
    limit: number,
    columns: readonly string[] | null,
    signal: AbortSignal
  ): Promise<Columns> {
    const { at, where, orderBy } = this.shown;
    const asked = { where, orderBy, offset, limit, columns: columns ?? undefined };
    return Columns.read(await this.client.data(at, asked, signal));
  }
}

/** Say how a column is drawn before its first page has come: numbers stand at the right. */
export function columnOf({ name, type }: { name: string; type: string }): IColumn {
  return { name, type, align: /^(u?int|float|decimal)\d/.test(type) ? 'right' : 'left' };
}
