/** One table at a version, as a reader looks at it: condition, order, columns, numbers; and whether its branch moved. */

import { Signal } from '@lumino/signaling';

import type {
  Client,
  IColumnProfile,
  IColumnTold,
  IRef,
  IRowsAsked,
  ISchema,
  ITableAt,
  Problem
} from '../api';
import { problemFrom } from './connection';

export interface ISort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** What a reader chose; it is kept when the page is loaded again. */
export interface ITableView {
  readonly where: string;
  readonly sorts: readonly ISort[];
  /** Columns that are not shown. */
  readonly hidden: readonly string[];
  /** The column up to which they stay at the left; none where it is empty. */
  readonly frozen: string;
}

export const PLAIN: ITableView = { where: '', sorts: [], hidden: [], frozen: '' };

/** Which rows are shown: they never change, and are those of one commit, condition and order. */
export interface IShownRows {
  readonly at: ITableAt;
  readonly where: string;
  readonly orderBy: string;
  readonly rows: number;
}

/** Commits that are counted when a branch has moved; more are “many”. */
const COUNTED = 100;

export class TableModel {
  constructor(
    private readonly client: Client,
    readonly of: Required<ITableAt>,
    view: ITableView = PLAIN
  ) {
    this.chosen = view;
  }

  readonly changed = new Signal<this, void>(this);

  get schema(): ISchema | null {
    return this.found;
  }

  get columns(): readonly IColumnTold[] {
    return this.found?.columns ?? [];
  }

  /** The rows that are shown; null before the first of them can be. */
  get shown(): IShownRows | null {
    return this.rows;
  }

  get view(): ITableView {
    return this.chosen;
  }

  /** Why the table cannot be shown. */
  get problem(): Problem | null {
    return this.wrong;
  }

  /** Why the condition cannot be taken; the rows before it are still shown. */
  get conditionProblem(): Problem | null {
    return this.wrongCondition;
  }

  /** Whether rows are being looked for. */
  get isFinding(): boolean {
    return this.finding;
  }

  /** The branch or tag that is looked at; absent where it is a commit, or anything else that has no name. */
  get ref(): IRef | undefined {
    return this.named;
  }

  /** How many commits the branch has that are not shown; 0 where it has not moved, Infinity where they are not counted. */
  get newer(): number {
    return this.ahead;
  }

  /** The columns that are shown, as places in the schema. */
  get visible(): readonly number[] {
    const hidden = new Set(this.chosen.hidden);
    return this.columns.flatMap((column, index) => (hidden.has(column.name) ? [] : [index]));
  }

  /** How many of the shown columns stay at the left. */
  get frozen(): number {
    const { frozen } = this.chosen;
    return this.visible.findIndex(index => this.columns[index]!.name === frozen) + 1;
  }

  profileOf(column: string): IColumnProfile | undefined {
    return this.profiles.get(column);
  }

  /** What is to be exported: the rows and columns that are shown, in their order. */
  get asked(): IRowsAsked {
    const { where, orderBy } = this.rows ?? { where: '', orderBy: '' };
    const all = this.chosen.hidden.length === 0;
    const columns = all ? undefined : this.visible.map(index => this.columns[index]!.name);
    return { columns, where, orderBy };
  }

  /** Find the table at its version, and its rows; called again, it shows the newest. */
  async open(): Promise<void> {
    const turn = ++this.turn;
    this.wrong = null;
    this.finding = true;
    this.changed.emit();
    try {
      const { dataset, at, table } = this.of;
      const refs = await this.client.refs(dataset);
      const ref = refs.find(each => each.name === at);
      const schema = await this.client.schema({ dataset, at: ref?.commit ?? at, table });
      if (turn !== this.turn) {
        return;
      }
      this.named = ref;
      this.seenRefs = refs;
      if (schema.commit !== this.found?.commit) {
        this.profiles = new Map();
      }
      this.found = schema;
      this.ahead = 0;
      this.forgetGone();
      this.rows = null;
      await this.find(this.chosen);
    } catch (error) {
      if (turn === this.turn) {
        this.finding = false;
        this.wrong = problemFrom(error);
        this.changed.emit();
      }
    }
  }

  /** Show the rows that match; where the condition cannot be taken it is told why, and the rows stay. */
  filter(where: string): Promise<void> {
    return this.find({ ...this.chosen, where: where.trim() });
  }

  /** Go from no order to ascending, descending and back by a column; with `add` below the columns chosen before. */
  sortBy(column: string, add: boolean): Promise<void> {
    const before = this.chosen.sorts.find(sort => sort.column === column);
    const next: ISort[] = !before
      ? [{ column, isDescending: false }]
      : before.isDescending
        ? []
        : [{ column, isDescending: true }];
    return this.setSort(column, next, add);
  }

  /** Order by a column; null takes it out of the order. */
  order(column: string, direction: 'asc' | 'desc' | null): Promise<void> {
    const next = direction ? [{ column, isDescending: direction === 'desc' }] : [];
    return this.setSort(column, next, direction === null);
  }

  setHidden(hidden: readonly string[]): void {
    if (hidden.length < this.columns.length) {
      this.choose({ ...this.chosen, hidden });
    }
  }

  /** Keep the columns up to one at the left; the empty name lets them go. */
  freeze(column: string): void {
    this.choose({ ...this.chosen, frozen: column });
  }

  /** Load the numbers of the columns; without them the headers tell less. */
  async loadProfile(signal: AbortSignal): Promise<void> {
    const at = this.pinned;
    if (!at || this.profiles.size > 0) {
      return;
    }
    try {
      const { commit, columns } = await this.client.profile(at, signal);
      if (commit === this.found?.commit) {
        this.profiles = new Map(columns.map(column => [column.name, column]));
        this.changed.emit();
      }
    } catch (error) {
      if (!signal.aborted) {
        console.warn('DSA Workbench has no numbers of the columns.', problemFrom(error));
      }
    }
  }

  /** Look whether the branch has moved; what is shown stays. */
  async look(): Promise<void> {
    const commit = this.found?.commit;
    if (!commit || this.named?.kind !== 'branch') {
      return;
    }
    try {
      const refs = await this.client.refs(this.of.dataset, true);
      if (refs === this.seenRefs) {
        return;
      }
      this.seenRefs = refs;
      const head = refs.find(ref => ref.name === this.of.at)?.commit;
      if (!head || head === commit) {
        this.setNewer(0);
        return;
      }
      const { items } = await this.client.commits(this.of.dataset, head, COUNTED);
      const place = items.findIndex(item => item.id === commit);
      if (commit === this.found?.commit) {
        this.setNewer(place < 0 ? Infinity : place);
      }
    } catch {
      // The panel tells that the server does not answer; the next look asks again.
      this.seenRefs = null;
    }
  }

  dispose(): void {
    this.turn++;
    Signal.clearData(this);
  }

  /** The table by its commit: what is asked so never changes. */
  private get pinned(): ITableAt | null {
    return (
      this.found && { dataset: this.of.dataset, at: this.found.commit, table: this.found.table }
    );
  }

  private async find(view: ITableView): Promise<void> {
    const turn = ++this.turn;
    const at = this.pinned;
    if (!at) {
      return;
    }
    this.finding = true;
    this.changed.emit();
    const orderBy = orderOf(view.sorts);
    try {
      const rows = view.where
        ? await this.client.count(at, { where: view.where, orderBy })
        : this.found!.rows;
      if (turn !== this.turn) {
        return;
      }
      this.chosen = view;
      this.wrongCondition = null;
      this.rows = { at, where: view.where, orderBy, rows };
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.wrongCondition = problemFrom(error);
      // Where nothing is shown yet, all rows are better than none.
      this.rows ??= { at, where: '', orderBy: '', rows: this.found!.rows };
    }
    this.finding = false;
    this.changed.emit();
  }

  private setSort(column: string, next: readonly ISort[], keepOthers: boolean): Promise<void> {
    const { sorts } = this.chosen;
    const place = sorts.findIndex(sort => sort.column === column);
    const others = keepOthers ? sorts : [];
    const sorted =
      place < 0 || !keepOthers
        ? [...others, ...next]
        : [...sorts.slice(0, place), ...next, ...sorts.slice(place + 1)];
    return this.find({ ...this.chosen, sorts: sorted });
  }

  private choose(view: ITableView): void {
    this.chosen = view;
    this.changed.emit();
  }

  /** Forget what was chosen of columns that another version does not have. */
  private forgetGone(): void {
    const names = new Set(this.columns.map(column => column.name));
    const { sorts, hidden, frozen } = this.chosen;
    this.chosen = {
      ...this.chosen,
      sorts: sorts.filter(sort => names.has(sort.column)),
      hidden: hidden.filter(name => names.has(name)),
      frozen: names.has(frozen) ? frozen : ''
    };
  }

  private setNewer(count: number): void {
    if (count !== this.ahead) {
      this.ahead = count;
      this.changed.emit();
    }
  }

  private chosen: ITableView;
  private found: ISchema | null = null;
  private rows: IShownRows | null = null;
  private named: IRef | undefined;
  private seenRefs: readonly IRef[] | null = null;
  private ahead = 0;
  private profiles: ReadonlyMap<string, IColumnProfile> = new Map();
  private wrong: Problem | null = null;
  private wrongCondition: Problem | null = null;
  private finding = false;
  private turn = 0;
}

/** Write an order in SQL. */
export function orderOf(sorts: readonly ISort[]): string {
  return sorts
    .map(({ column, isDescending }) => `${quotedName(column)}${isDescending ? ' desc' : ''}`)
    .join(', ');
}

export function quotedName(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}
