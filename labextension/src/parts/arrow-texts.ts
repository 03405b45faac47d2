/** Values as texts for the eye, with all the digits that they have. */

import type { DataType } from '@uwdata/flechette';
import { Type } from '@uwdata/flechette';

import { dateText, durationText, timestampText, timeText } from './arrow-times';
import { childrenOf, isNumber, valueType } from './arrow-types';

/** Write a value; `most` is how many characters are wanted, where the whole is not. */
export function textOf(value: unknown, type: DataType, most = Infinity): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  const of = valueType(type);
  switch (of.typeId) {
    case Type.Float:
      return floatText(value as number, of.precision);
    case Type.Decimal:
      return decimalText(BigInt(value as bigint | number), of.scale);
    case Type.Date:
      return dateText(value as number);
    case Type.Time:
      return timeText(BigInt(value as bigint | number), of.unit);
    case Type.Timestamp:
      return timestampText(value as bigint, of.unit, of.timezone);
    case Type.Duration:
      return durationText(value as bigint, of.unit);
    case Type.Interval:
      return intervalText(value as number | ArrayLike<number>);
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return hexText(value as Uint8Array, most);
    default:
      return isNested(of) ? jsonText(value, of, most) : cut(`${value as string}`, most);
  }
}

/** Say whether values have values inside; unions are shown as what they hold. */
function isNested(type: DataType): boolean {
  return type.typeId !== Type.Union && childrenOf(type).length > 0;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Write the fewest digits that give the same number back in its own width. */
function floatText(value: number, precision: number): string {
  if (Object.is(value, -0)) {
    return '-0';
  }
  if (precision === 1 && Number.isFinite(value)) {
    for (let digits = 6; digits < 9; digits++) {
      const text = value.toPrecision(digits);
      if (Math.fround(Number(text)) === value) {
        return String(Number(text));
      }
    }
    return String(Number(value.toPrecision(9)));
  }
  return String(value);
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) {
    return (value * 10n ** BigInt(-scale)).toString();
  }
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Write an interval as ISO 8601 does; its parts are months, days and nanoseconds, or fewer of them. */
function intervalText(value: number | ArrayLike<number>): string {
  if (typeof value === 'number') {
    return `P${value}M`;
  }
  const [months, days, rest] =
    value.length === 2 ? [0, value[0]!, value[1]! * 1e6] : [value[0]!, value[1]!, value[2]!];
  const date = `${months ? `${months}M` : ''}${days ? `${days}D` : ''}`;
  const seconds = decimalText(BigInt(rest), 9).replace(/\.?0+$/, '');
  return `P${date}${rest || !date ? `T${seconds}S` : ''}`;
}

function hexText(bytes: Uint8Array, most: number): string {
  const shown = bytes.subarray(0, Math.ceil(Math.min(most, 2 * bytes.length) / 2));
  const text = Array.from(shown, byte => byte.toString(16).padStart(2, '0')).join('');
  return shown.length < bytes.length ? `${text}…` : text;
}

/** Write lists, maps and structs as JSON without spaces, and stop soon after `most` characters. */
function jsonText(value: unknown, type: DataType, most: number): string {
  let length = 0;
  const write = (value: unknown, type: DataType): string => {
    if (value === null || value === undefined) {
      return 'null';
    }
    const of = valueType(type);
    const children = childrenOf(of);
    if (of.typeId === Type.Struct) {
      const fields = value as Record<string, unknown>;
      const parts = some(children, child => {
        return `${JSON.stringify(child.name)}:${write(fields[child.name], child.type)}`;
      });
      return `{${parts}}`;
    }
    if (of.typeId === Type.Map) {
      const [key, item] = childrenOf(children[0]!.type);
      const pairs = value as [unknown, unknown][];
      const named = valueType(key!.type).typeId === Type.Utf8;
      const parts = some(pairs, ([k, v]) => {
        const pair = [write(k, key!.type), write(v, item!.type)];
        return named ? pair.join(':') : `[${pair.join(',')}]`;
      });
      return named ? `{${parts}}` : `[${parts}]`;
    }
    if (isNested(of)) {
      return `[${some(value as ArrayLike<unknown>, item => write(item, children[0]!.type))}]`;
    }
    const text = textOf(value, of, most) ?? 'null';
    length += text.length;
    const bare = of.typeId === Type.Bool || (isNumber(of) && Number.isFinite(Number(text)));
    return bare ? text : JSON.stringify(text);
  };
  const some = <T>(items: ArrayLike<T>, one: (item: T) => string): string => {
    const parts: string[] = [];
    for (let i = 0; i < items.length && length <= most; i++) {
      parts.push(one(items[i]!));
    }
    return parts.join(',');
  };
  return cut(write(value, type), most);
}
