/**
 * Arrow on its way to the eye: the bytes of an IPC stream become columns that give a text for each cell.
 *
 * Nothing is decoded before it is asked for, and no digit is lost: 64-bit integers, decimals, floats and times are
 * written in full.
 */

import { type Column, tableFromIPC } from '@uwdata/flechette';

import { withoutScales } from './arrow-scales';
import { textOf } from './arrow-texts';
import { isNumber, typeWord } from './arrow-types';

export interface IColumn {
  readonly name: string;
  /** The Arrow type in the words of the REST API. */
  readonly type: string;
  readonly align: 'left' | 'right';
}

export class Columns {
  private constructor(
    readonly columns: readonly IColumn[],
    private readonly values: readonly Column<unknown>[],
    /** How many rows there are. */
    readonly rows: number,
    /** The bytes that are held in memory. */
    readonly bytes: number,
    /** Where the first row stands in the values. */
    private readonly first = 0
  ) {}

  /** Read an IPC stream or file. */
  static read(bytes: Uint8Array): Columns {
    const exact = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true };
    const giveScales = withoutScales(bytes);
    const { schema, children, numRows } = tableFromIPC(bytes, exact);
    giveScales(schema.fields);
    const columns = schema.fields.map(({ name, type }): IColumn => {
      return { name, type: typeWord(type), align: isNumber(type) ? 'right' : 'left' };
    });
    return new Columns(columns, children as Column<unknown>[], numRows, bytes.byteLength);
  }

  /** Choose some columns, in this order; their bytes are shared. */
  pick(places: readonly number[]): Columns {
    const columns = places.map(place => this.columns[place]!);
    const values = places.map(place => this.values[place]!);
    return new Columns(columns, values, this.rows, this.bytes, this.first);
  }

  /** Choose some rows that follow each other; their bytes are shared. */
  slice(offset: number, limit: number): Columns {
    const rows = Math.max(0, Math.min(limit, this.rows - offset));
    const bytes = Math.ceil((this.bytes * rows) / Math.max(this.rows, 1));
    return new Columns(this.columns, this.values, rows, bytes, this.first + offset);
  }

  /** Find a column by its name; -1 where there is none. */
  index(name: string): number {
    return this.columns.findIndex(column => column.name === name);
  }

  /** Give a value as flechette gives it: 64-bit integers and times as bigint, decimals as scaled integers. */
  value(column: number, row: number): unknown {
    return this.values[column]?.at(this.first + row) ?? null;
  }

  /** Write a cell; null is no text. With `most`, long values are cut soon after so many characters. */
  text(column: number, row: number, most?: number): string | null {
    const values = this.values[column];
    return values ? textOf(values.at(this.first + row), values.type, most) : null;
  }
}
