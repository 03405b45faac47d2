/** What a reader chose of a table: condition, order, columns. Changing it gives another one. */

export interface ISort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** What a reader chose; it is kept when the page is loaded again. */
export interface ITableView {
  /** A condition in SQL; empty where all rows are shown. */
  readonly where: string;
  readonly sorts: readonly ISort[];
  /** Columns that are not shown. */
  readonly hidden: readonly string[];
  /** The column up to which they stay at the left; none where it is empty. */
  readonly frozen: string;
}

export const PLAIN: ITableView = { where: '', sorts: [], hidden: [], frozen: '' };

/** Take a view out of a layout that was written down, or out of the arguments of a command. */
export function viewFrom(told: unknown): ITableView {
  const given = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    where: text(given.where),
    sorts: list(given.sorts).flatMap(sort => {
      const { column, isDescending } = (sort ?? {}) as Partial<ISort>;
      return typeof column === 'string' ? [{ column, isDescending: isDescending === true }] : [];
    }),
    hidden: list(given.hidden).filter(name => typeof name === 'string'),
    frozen: text(given.frozen)
  };
}

/** Go from no order to ascending, descending and back by a column; with `add` below the columns chosen before. */
export function turned(view: ITableView, column: string, add: boolean): ITableView {
  const before = view.sorts.find(sort => sort.column === column);
  const direction = !before ? 'asc' : before.isDescending ? null : 'desc';
  return ordered(view, column, direction, add);
}

/** Order by a column, alone or with `add` beside the others; null takes it out of the order. */
export function ordered(
  view: ITableView,
  column: string,
  direction: 'asc' | 'desc' | null,
  add = direction === null
): ITableView {
  const next = direction ? [{ column, isDescending: direction === 'desc' }] : [];
  const place = view.sorts.findIndex(sort => sort.column === column);
  if (!add) {
    return { ...view, sorts: next };
  }
  const sorts = [...view.sorts];
  sorts.splice(place < 0 ? sorts.length : place, place < 0 ? 0 : 1, ...next);
  return { ...view, sorts };
}

/** Forget what was chosen of columns that another version does not have. */
export function without(view: ITableView, isGone: (column: string) => boolean): ITableView {
  return {
    ...view,
    sorts: view.sorts.filter(sort => !isGone(sort.column)),
    hidden: view.hidden.filter(name => !isGone(name)),
    frozen: isGone(view.frozen) ? '' : view.frozen
  };
}

/** Narrow a view to the rows with a value in a column; null is a value, too. */
export function narrowed(view: ITableView, column: string, value: string | null): ITableView {
  const name = quotedName(column);
  const isNumber = value !== null && /^-?\d+(\.\d+)?$/.test(value);
  const text = `'${value?.replaceAll("'", "''")}'`;
  const condition = value === null ? `${name} is null` : `${name} = ${isNumber ? value : text}`;
  return { ...view, where: view.where ? `(${view.where}) and ${condition}` : condition };
}

/** Write an order in SQL. */
export function orderOf(sorts: readonly ISort[]): string {
  return sorts
    .map(({ column, isDescending }) => `${quotedName(column)}${isDescending ? ' desc' : ''}`)
    .join(', ');
}

function quotedName(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}
