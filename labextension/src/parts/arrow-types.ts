/** Arrow types in the words of the REST API: `int64`, `decimal128(10, 2)`, `list<"item": string>`. */

import type { DataType, Field } from '@uwdata/flechette';
import { Type } from '@uwdata/flechette';

const UNITS = ['s', 'ms', 'us', 'ns'];
const FLOATS = ['float16', 'float32', 'float64'];
const INTERVALS = ['year_month', 'day_time', 'month_day_nano'];

/** Name a type; dictionaries and run-ends are named by their values, as all layouts of texts are `string`. */
export function typeWord(type: DataType): string {
  const of = valueType(type);
  switch (of.typeId) {
    case Type.Null:
      return 'null';
    case Type.Int:
      return `${of.signed ? '' : 'u'}int${of.bitWidth}`;
    case Type.Float:
      return FLOATS[of.precision]!;
    case Type.Bool:
      return 'bool';
    case Type.Decimal:
      return `decimal${of.bitWidth}(${of.precision}, ${of.scale})`;
    case Type.Date:
      return of.unit === 0 ? 'date32' : 'date64';
    case Type.Time:
      return `time${of.bitWidth}[${UNITS[of.unit]}]`;
    case Type.Timestamp:
      return `timestamp[${UNITS[of.unit]}${of.timezone ? `, ${of.timezone}` : ''}]`;
    case Type.Duration:
      return `duration[${UNITS[of.unit]}]`;
    case Type.Interval:
      return `interval[${INTERVALS[of.unit]}]`;
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return 'string';
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return 'binary';
    case Type.FixedSizeBinary:
      return `fixed_binary[${of.stride}]`;
    case Type.FixedSizeList:
      return `fixed_list<${fieldWord(of.children[0]!, 'item')}>[${of.stride}]`;
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
      return `list<${fieldWord(of.children[0], 'item')}>`;
    case Type.Map: {
      const [key, value] = childrenOf(of.children[0].type);
      return `map<${fieldWord(key!, 'key')}, ${fieldWord(value!, 'value')}>`;
    }
    case Type.Struct:
      return `struct<${of.children.map(child => fieldWord(child)).join(', ')}>`;
    default:
      return 'union';
  }
}

function fieldWord(field: Field, name = field.name): string {
  return `${JSON.stringify(name)}: ${typeWord(field.type)}${field.nullable ? '' : ' not null'}`;
}

/** Give the type of the values, where a dictionary or run-ends stand for them. */
export function valueType(type: DataType): DataType {
  if (type.typeId === Type.Dictionary) {
    return valueType(type.dictionary);
  }
  return type.typeId === Type.RunEndEncoded ? valueType(type.children[1].type) : type;
}

/** Give the fields of a type that has some. */
export function childrenOf(type: DataType): readonly Field[] {
  return 'children' in type ? type.children : [];
}

/** Say whether values are numbers, which stand at the right of a column. */
export function isNumber(type: DataType): boolean {
  const { typeId } = valueType(type);
  return typeId === Type.Int || typeId === Type.Float || typeId === Type.Decimal;
}
