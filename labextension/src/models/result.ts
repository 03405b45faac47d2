/** The rows of a query, all of which are here: pages of them are parts of what has come. */

import type { Columns } from '../parts/columns';
import { type IColumn } from '../parts/columns';
import type { IPageSource } from '../parts/grid/source';

export class ResultSource implements IPageSource {
  constructor(
    private readonly all: Columns,
    /** How many of them are shown. */
    readonly rows: number
  ) {
    const taken = new Set<string>();
    this.columns = all.columns.map(column => {
      let { name } = column;
      while (taken.has(name)) {
        name += '\u200b'; // SQL may give two columns one name, and the grid tells them apart by it
      }
      taken.add(name);
      return { ...column, name };
    });
  }

  readonly columns: readonly IColumn[];

  page(offset: number, limit: number, columns: readonly string[] | null): Promise<Columns> {
    const rows = this.all.slice(offset, Math.min(limit, this.rows - offset));
    return Promise.resolve(
      columns === null ? rows : rows.pick(columns.map(name => this.placeOf(name)))
    );
  }

  private placeOf(name: string): number {
    return this.columns.findIndex(column => column.name === name);
  }
}
