/**
 * Decimals with negative scales, such as thousands, which flechette cannot read: it raises ten to the power of the scale.
 *
 * The scales are taken out of the schema of a stream before flechette sees it, and given back to the types that it made.
 */

import type { DataType, Field } from '@uwdata/flechette';
import { Type } from '@uwdata/flechette';

import { childrenOf } from './arrow-types';

/** What stands before a message of a stream, and the kind of message that a schema is. */
const CONTINUATION = 0xffffffff;
const SCHEMA = 1;

/** A table of a FlatBuffer; its fields are numbered in the order of Arrow's definitions. */
class FlatTable {
  constructor(
    private readonly view: DataView,
    private readonly at: number
  ) {}

  /** Find where a field stands; 0 where it has its default. */
  place(field: number): number {
    const table = this.at - this.view.getInt32(this.at, true);
    const slot = 4 + 2 * field;
    const isThere = slot < this.view.getUint16(table, true);
    const offset = isThere ? this.view.getUint16(table + slot, true) : 0;
    return offset && this.at + offset;
  }

  kind(field: number): number {
    const place = this.place(field);
    return place && this.view.getUint8(place);
  }

  table(field: number): FlatTable | undefined {
    const place = this.place(field);
    return place ? this.follow(place) : undefined;
  }

  tables(field: number): FlatTable[] {
    const place = this.place(field);
    if (!place) {
      return [];
    }
    const start = place + this.view.getUint32(place, true);
    const count = this.view.getUint32(start, true);
    return Array.from({ length: count }, (_, index) => this.follow(start + 4 + 4 * index));
  }

  private follow(place: number): FlatTable {
    return new FlatTable(this.view, place + this.view.getUint32(place, true));
  }
}

/** Set negative scales of a stream to zero, and give the function that tells types read from it what they were. */
export function withoutScales(bytes: Uint8Array): (fields: readonly Field[]) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12 || view.getUint32(0, true) !== CONTINUATION) {
    return () => undefined; // a file, whose schema stands elsewhere
  }
  const message = new FlatTable(view, 8 + view.getUint32(8, true));
  const schema = message.kind(1) === SCHEMA ? message.table(2) : undefined;
  const scales = (schema?.tables(1) ?? []).flatMap(field => scalesOf(view, field));
  return fields => {
    fields
      .flatMap(({ type }) => decimalsOf(type))
      .forEach((type, index) => {
        Object.assign(type, { scale: scales[index] });
      });
  };
}

/** Give the scales of the decimals in a field, in order; those below zero are set to zero. */
function scalesOf(view: DataView, field: FlatTable): number[] {
  if (field.kind(2) === Type.Decimal) {
    const place = field.table(3)?.place(1);
    const scale = place ? view.getInt32(place, true) : 0;
    if (place && scale < 0) {
      view.setInt32(place, 0, true);
    }
    return [scale];
  }
  return field.tables(5).flatMap(child => scalesOf(view, child));
}

/** Give the decimals in a type, in the same order. */
function decimalsOf(type: DataType): DataType[] {
  if (type.typeId === Type.Dictionary) {
    return decimalsOf(type.dictionary);
  }
  return type.typeId === Type.Decimal
    ? [type]
    : childrenOf(type).flatMap(child => decimalsOf(child.type));
}
