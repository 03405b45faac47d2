/** Names in SQL, which DuckDB reads: which of them need quotes. */

/** Words that cannot be names: `select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'`. */
const RESERVED = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint
  binary bit boolean both by case cast char character check coalesce collate collation column
  columns concurrently constraint create cross dec decimal default deferrable desc describe
  distinct do else end except exists extract false fetch float for foreign freeze from full
  generated glob group grouping grouping_id having ilike in initially inner inout int integer
  intersect interval into is isnull join lambda lateral leading left like limit map national
  natural nchar none not notnull null nullif numeric offset on only or order out outer overlaps
  overlay pivot pivot_longer pivot_wider placing position positional precision primary qualify
  real references returning right row select semi setof show similar smallint some struct
  substring summarize symmetric table tablesample then time timestamp to trailing treat trim
  true try_cast tuple union unique unpack unpivot using values varchar variadic verbose when
  where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
  xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/)
);

const PLAIN = /^[^\W\d_]\w*$/u;
/** Specs that `%%dsa sql` and `wb.sql` know without quotes. */
const PLAIN_SPEC = /^[^\W\d_]\w*@\w+(?:[./+-]\w+)*(?:~\d*|\^)*(?::\w+)?$/u;

export function isReserved(word: string): boolean {
  return RESERVED.has(word.toLowerCase());
}

/** Write the name of a table or column, in quotes where it needs them. */
export function sqlName(name: string): string {
  const isPlain = (PLAIN.test(name) && !isReserved(name)) || PLAIN_SPEC.test(name);
  return isPlain ? name : quoted(name);
}

/** Put a name into quotes. */
export function quoted(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}
