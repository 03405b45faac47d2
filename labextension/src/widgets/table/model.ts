/** A table at a version as a widget shows it: its columns, and the rows that match a condition. */

import { Signal } from '@lumino/signaling';

import type { Client, IRowsAsked, ISchema, ITableAt, Problem } from '../../api';
import { problemFrom } from '../../models';
import { Columns, type IColumn } from '../../parts/columns';
import type { IPageSource } from '../../parts/grid';

/** What is asked for: a version of a table, and which of its columns and rows. */
export interface ITableAsked {
  readonly of: ITableAt;
  readonly where: string;
  /** Names of columns; none are all. */
  readonly columns: readonly string[];
}

export class TableModel {
  constructor(private readonly client: Client) {}

  readonly changed = new Signal<this, void>(this);

  /** The table as it is, whatever is chosen of it. */
  schema: ISchema | null = null;
  /** The rows that are shown; null until they are known. */
  rows: TableRows | null = null;
  problem: Problem | null = null;
  isLoading = true;

  /** Ask for a table, or for other rows of it; what is shown stays until the answer has come. */
  async load({ of, where, columns }: ITableAsked): Promise<void> {
    const turn = ++this.turn;
    this.isLoading = true;
    this.changed.emit();
    try {
      const schema = await this.client.schema(of);
      const pinned = { dataset: of.dataset, at: schema.commit, table: of.table };
      const asked: IRowsAsked = {
        ...(where && { where }),
        ...(columns.length > 0 && { columns })
      };
      const { bytes, total } = await this.client.counted(pinned, asked);
      if (turn !== this.turn) {
        return;
      }
      this.schema = schema;
      this.rows = new TableRows(this.client, pinned, asked, Columns.read(bytes).columns, total);
      this.problem = null;
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.problem = problemFrom(error);
    }
    this.isLoading = false;
    this.changed.emit();
  }

  dispose(): void {
    this.turn += 1;
    Signal.clearData(this);
  }

  private turn = 0;
}

/** Rows of a commit, page by page. */
export class TableRows implements IPageSource {
  constructor(
    private readonly client: Client,
    private readonly of: ITableAt,
    private readonly asked: IRowsAsked,
    readonly columns: readonly IColumn[],
    readonly rows: number
  ) {}

  async page(
    offset: number,
    limit: number,
    columns: readonly string[] | null,
    signal: AbortSignal
  ): Promise<Columns> {
    const asked = { ...this.asked, ...(columns && { columns }), offset, limit };
    return Columns.read(await this.client.data(this.of, asked, signal));
  }
}
