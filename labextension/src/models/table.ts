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
import { Lookout } from './lookout';
import { type ITableView, narrowed, ordered, orderOf, PLAIN, turned, without } from './table-view';

export interface ITableOptions {
  client: Client;
  of: ITableAt;
  view?: ITableView;
  /** Milliseconds between two looks at where the branch points. */
  interval?: number;
}

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
  constructor(options: ITableOptions) {
    this.client = options.client;
    this.asked = options.of;
    this.chosen = this.wanted = options.view ?? PLAIN;
    this.lookout = new Lookout('table', () => this.look(), options.interval);
  }

  readonly client: Client;
  readonly changed = new Signal<this, void>(this);

  /** Which table it is, as it was asked for. */
  get of(): ITableAt {
    return this.asked;
  }

  /** The table that is shown: the one that was asked for, else the first of the version. */
  get table(): string | undefined {
    return this.found?.table ?? this.asked.table;
  }

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
  get exported(): IRowsAsked {
    const { where, orderBy } = this.rows ?? { where: '', orderBy: '' };
    const all = this.chosen.hidden.length === 0;
    const columns = all ? undefined : this.visible.map(index => this.columns[index]!.name);
    return { columns, where, orderBy };
  }

  /** Find the table at its version, and its rows; called again, it shows the newest. */
  async load(): Promise<void> {
    const turn = ++this.turn;
    this.wrong = null;
    this.finding = true;
    this.changed.emit();
    try {
      const { dataset, at } = this.asked;
      const refs = await this.client.refs(dataset);
      const ref = refs.find(each => each.name === at);
      const pinned = ref?.commit ?? at;
      const table = this.asked.table ?? (await this.client.tables(dataset, pinned))[0]?.name;
      const schema = await this.client.schema({ dataset, at: pinned, table });
      if (turn !== this.turn) {
        return;
      }
      this.named = ref;
      this.seenHead = undefined;
      this.ahead = 0;
      const names = new Set(schema.columns.map(column => column.name));
      await this.find(
        without(this.wanted, column => !names.has(column)),
        schema
      );
    } catch (error) {
      if (turn === this.turn) {
        this.finding = false;
        this.wrong = problemFrom(error);
        this.changed.emit();
      }
    }
  }

  /** Show another table of the same version, as it stands. */
  async showTable(table: string): Promise<void> {
    if (table !== this.table) {
      this.asked = { ...this.asked, table };
      this.wanted = PLAIN;
      await this.load();
    }
  }

  /** Show the rows that match; where the condition cannot be taken it is told why, and the rows stay. */
  filter(where: string): Promise<void> {
    return this.find({ ...this.wanted, where: where.trim() });
  }

  /** Go from no order to ascending, descending and back by a column; with `add` below the columns chosen before. */
  sortBy(column: string, add: boolean): Promise<void> {
    return this.find(turned(this.wanted, column, add));
  }

  /** Show the rows that have a value in a column, among those that are shown. */
  narrow(column: string, value: string | null): Promise<void> {
    return this.find(narrowed(this.wanted, column, value));
  }

  /** Order by a column alone; null takes it out of the order. */
  order(column: string, direction: 'asc' | 'desc' | null): Promise<void> {
    return this.find(ordered(this.wanted, column, direction));
  }

  setHidden(hidden: readonly string[]): void {
    if (hidden.length < this.columns.length) {
      this.choose({ hidden });
    }
  }

  /** Keep the columns up to one at the left; the empty name lets them go. */
  freeze(column: string): void {
    this.choose({ frozen: column });
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

  setVisible(visible: boolean): void {
    this.lookout.setVisible(visible);
  }

  dispose(): void {
    this.turn++;
    this.lookout.dispose();
    Signal.clearData(this);
  }

  /** The table by its commit: what is asked so never changes. */
  private get pinned(): ITableAt | null {
    return this.found && this.pin(this.found);
  }

  private pin({ commit, table }: ISchema): ITableAt {
    return { dataset: this.asked.dataset, at: commit, table };
  }

  /** Find the rows of a view, of the version that is shown or of another one. */
  private async find(view: ITableView, schema = this.found): Promise<void> {
    if (!schema) {
      return;
    }
    const turn = ++this.turn;
    const at = this.pin(schema);
    const orderBy = orderOf(view.sorts);
    this.wanted = view;
    this.finding = true;
    this.changed.emit();
    let rows = schema.rows;
    let problem: Problem | null = null;
    if (view.where) {
      try {
        rows = await this.client.count(at, { where: view.where, orderBy });
      } catch (error) {
        problem = problemFrom(error);
      }
    }
    if (turn !== this.turn) {
      return;
    }
    this.finding = false;
    this.wrongCondition = problem;
    if (!problem) {
      this.chosen = this.wanted;
      this.put(schema, { at, where: view.where, orderBy, rows });
    } else {
      this.wanted = this.chosen;
    }
    if (problem && schema !== this.found) {
      // Where nothing of this version is shown yet, all rows are better than none.
      this.put(schema, { at, where: '', orderBy: '', rows });
    }
    this.changed.emit();
  }

  private put(schema: ISchema, rows: IShownRows): void {
    if (schema.commit !== this.found?.commit || schema.table !== this.found.table) {
      this.profiles = new Map();
    }
    this.found = schema;
    this.rows = rows;
  }

  /** Look whether the branch has moved; what is shown stays. */
  private async look(): Promise<void> {
    const commit = this.found?.commit;
    if (!commit || this.named?.kind !== 'branch') {
      return;
    }
    const { dataset, at } = this.asked;
    const refs = await this.client.refs(dataset, true);
    const head = refs.find(ref => ref.name === at)?.commit;
    if (head === commit) {
      this.setNewer(0);
    } else if (head && head !== this.seenHead) {
      const { items } = await this.client.commits(dataset, head, COUNTED);
      const place = items.findIndex(item => item.id === commit);
      if (commit === this.found?.commit) {
        this.seenHead = head;
        this.setNewer(place < 0 ? Infinity : place);
      }
    }
  }

  private choose(columns: Partial<Pick<ITableView, 'hidden' | 'frozen'>>): void {
    this.chosen = { ...this.chosen, ...columns };
    this.wanted = { ...this.wanted, ...columns };
    this.changed.emit();
  }

  private setNewer(count: number): void {
    if (count !== this.ahead) {
      this.ahead = count;
      this.changed.emit();
    }
  }

  private readonly lookout: Lookout;
  private asked: ITableAt;
  private chosen: ITableView;
  /** What is being looked for; what is chosen next begins here. */
  private wanted: ITableView;
  private found: ISchema | null = null;
  private rows: IShownRows | null = null;
  private named: IRef | undefined;
  private seenHead: string | undefined;
  private ahead = 0;
  private profiles: ReadonlyMap<string, IColumnProfile> = new Map();
  private wrong: Problem | null = null;
  private wrongCondition: Problem | null = null;
  private finding = false;
  private turn = 0;
}
