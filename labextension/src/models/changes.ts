/** The changed rows of a diff as a source of pages: which column is which, whatever their names. */

import type { Client, IChangesAsked, IDiffOf } from '../api';
import { Columns, type IColumn } from '../parts/columns';
import type { IPageSource } from '../parts/grid';

/** Where the columns stand that say what happened to a row, and where those of the table begin. */
export const CHANGE = 0;
export const CHANGED_COLUMNS = 3;
const FIRST = 4;

/** What old and new columns are called. */
export interface IColumnNames {
  change: string;
  old: (column: string) => string;
  now: (column: string) => string;
}

export class ChangesSource implements IPageSource {
  constructor(
    private readonly client: Client,
    private readonly of: IDiffOf,
    private readonly asked: IChangesAsked,
    /** The columns of the table; each has an old and a new side. */
    readonly names: readonly string[],
    readonly rows: number,
    types: readonly IColumn[],
    called: IColumnNames
  ) {
    const taken = new Set<string>();
    this.columns = types.map((column, place) => {
      let name = place === CHANGE ? called.change : column.name;
      if (place >= FIRST) {
        const of_ = this.names[(place - FIRST) >> 1]!;
        name = this.isOld(place) ? called.old(of_) : called.now(of_);
      }
      while (taken.has(name)) {
        name += '\u200b'; // pages are asked for by names, which must differ
      }
      taken.add(name);
      return { ...column, name };
    });
    this.places = new Map(this.columns.map((column, place) => [column.name, place]));
  }

  readonly columns: readonly IColumn[];

  isOld(place: number): boolean {
    return (place - FIRST) % 2 === 0;
  }

  /** The column of the table that stands at a place; undefined for those that tell of the row. */
  nameAt(place: number): string | undefined {
    return place < FIRST ? undefined : this.names[(place - FIRST) >> 1];
  }

  /** Where the old side of a column stands; the new one follows. */
  oldPlace(name: string): number {
    return FIRST + 2 * this.names.indexOf(name);
  }

  async page(
    offset: number,
    limit: number,
    columns: readonly string[] | null,
    signal: AbortSignal
  ): Promise<Columns> {
    if (columns === null) {
      return Columns.read(
        await this.client.changes(this.of, { ...this.asked, offset, limit }, signal)
      );
    }
    const places = columns.map(name => this.places.get(name)!);
    const names = new Set(places.flatMap(place => this.nameAt(place) ?? []));
    const wanted = this.names.filter(name => names.has(name));
    const asked = { ...this.asked, columns: wanted.length ? wanted : this.names.slice(0, 1) };
    const page = Columns.read(
      await this.client.changes(this.of, { ...asked, offset, limit }, signal)
    );
    return page.pick(
      places.map(place => {
        const name = this.nameAt(place);
        return name === undefined
          ? place
          : FIRST + 2 * wanted.indexOf(name) + (this.isOld(place) ? 0 : 1);
      })
    );
  }

  private readonly places: ReadonlyMap<string, number>;
}
