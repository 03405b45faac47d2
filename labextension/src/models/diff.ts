/** A diff as a document shows it: counts first, then rows of one table, filtered by kind and by column. */

import { Signal } from '@lumino/signaling';

import type {
  ChangeKind,
  Client,
  IDiff,
  IDiffOf,
  IRef,
  ITableDiff,
  ITableEvent,
  Problem
} from '../api';
import { Columns } from '../parts/columns';
import { ChangesSource, type IColumnNames } from './changes';
import { problemFrom } from './connection';
import { Lookout } from './lookout';

export const KINDS: readonly ChangeKind[] = ['added', 'removed', 'changed'];

export interface IDiffOptions {
  client: Client;
  of: IDiffOf;
  names: IColumnNames;
  /** Milliseconds between two looks at where branches point. */
  interval?: number;
}

export class DiffModel {
  constructor(options: IDiffOptions) {
    this.client = options.client;
    this.asked = options.of;
    this.names = options.names;
    this.lookout = new Lookout('diff', () => this.look(), options.interval);
  }

  readonly client: Client;
  readonly changed = new Signal<this, void>(this);

  /** Other rows are to be shown, or columns by other names. */
  readonly rowsChanged = new Signal<this, void>(this);

  /** What is compared, as it was asked for. */
  get of(): IDiffOf {
    return this.asked;
  }

  /** What is compared, by whole commit ids. */
  get pinned(): IDiffOf | undefined {
    const { told, asked, table } = this;
    return told && { dataset: asked.dataset, from: told.from_commit, to: told.to_commit, table };
  }

  get diff(): IDiff | undefined {
    return this.told;
  }

  get refs(): readonly IRef[] {
    return this.allRefs;
  }

  get tables(): readonly [string, ITableDiff][] {
    return Object.entries(this.told?.tables ?? {});
  }

  /** The table whose rows are shown: the one that was asked for, else the first that differs. */
  get table(): string | undefined {
    const { tables } = this;
    const wanted = tables.find(([name]) => name === this.asked.table);
    return (wanted ?? tables.find(([, table]) => differs(table)) ?? tables[0])?.[0];
  }

  get shown(): ITableDiff | undefined {
    return this.table === undefined ? undefined : this.told?.tables[this.table];
  }

  /** What happened to the table as a whole; empty until it is known. */
  get events(): readonly ITableEvent[] {
    return this.table === undefined ? [] : (this.eventsOf?.[this.table]?.events ?? []);
  }

  get kinds(): ReadonlySet<ChangeKind> {
    return this.chosenKinds;
  }

  /** The column whose changes alone are shown. */
  get column(): string | undefined {
    return this.chosenColumn;
  }

  /** The rows that are chosen, page by page; null until they are known. */
  get source(): ChangesSource | null {
    return this.rows;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  get isLoading(): boolean {
    return this.loading;
  }

  /** Branches among the two sides that point elsewhere by now. */
  get moved(): readonly string[] {
    const { told, asked } = this;
    if (!told) {
      return [];
    }
    const sides = [
      [asked.from, told.from_commit],
      [asked.to, told.to_commit]
    ] as const;
    return sides.flatMap(([name, commit]) => {
      const ref = this.allRefs.find(found => found.name === name);
      return ref && ref.commit !== commit ? [name] : [];
    });
  }

  /** The share of the rows on both sides whose cell in a column changed, from 0 to 1. */
  shareOf(column: string): number {
    const { changed = 0, unchanged = 0, cells = {} } = this.shown ?? {};
    return (cells[column] ?? 0) / Math.max(changed + unchanged, 1);
  }

  /** Compare what is asked for anew; branches are followed to where they point now. */
  async load(): Promise<void> {
    const turn = ++this.turn;
    this.loading = true;
    this.eventsOf = undefined;
    this.changed.emit();
    try {
      const { dataset, from, to } = this.asked;
      const [told, refs] = await Promise.all([
        this.client.diff({ dataset, from, to }),
        this.client.refs(dataset, true)
      ]);
      if (turn !== this.turn) {
        return;
      }
      this.told = told;
      this.allRefs = refs;
      this.wrong = null;
      this.loading = false;
    } catch (error) {
      if (turn === this.turn) {
        this.fail(error);
      }
      return;
    }
    this.changed.emit();
    await Promise.all([this.loadRows(), this.loadEvents(turn)]);
  }

  /** Compare other versions, or show another table. */
  async compare(of: Partial<Omit<IDiffOf, 'dataset'>>): Promise<void> {
    const isOther =
      (of.from ?? this.asked.from) !== this.asked.from ||
      (of.to ?? this.asked.to) !== this.asked.to;
    this.asked = { ...this.asked, ...of };
    this.chosenColumn = undefined;
    await (isOther ? this.load() : this.loadRows());
  }

  swap(): Promise<void> {
    return this.compare({ from: this.asked.to, to: this.asked.from });
  }

  /** Show the rows of a kind, or hide them; the last one that is shown is not hidden. */
  async toggleKind(kind: ChangeKind): Promise<void> {
    const kinds = new Set(this.chosenKinds);
    if (!kinds.delete(kind)) {
      kinds.add(kind);
    }
    if (kinds.size > 0) {
      this.chosenKinds = kinds;
      await this.loadRows();
    }
  }

  /** Show only the rows with a changed cell in a column, or all again. */
  async chooseColumn(column: string | undefined): Promise<void> {
    this.chosenColumn = column;
    await this.loadRows();
  }

  /** Call the columns otherwise. */
  async setNames(names: IColumnNames): Promise<void> {
    this.names = names;
    await this.loadRows();
  }

  setVisible(visible: boolean): void {
    this.lookout.setVisible(visible);
  }

  dispose(): void {
    this.turn += 1;
    this.lookout.dispose();
    Signal.clearData(this);
  }

  private async loadRows(): Promise<void> {
    const { pinned, shown } = this;
    if (!pinned || !shown) {
      return;
    }
    const turn = ++this.rowsTurn;
    const isAll = this.chosenKinds.size === KINDS.length;
    const asked = {
      kinds: isAll ? undefined : KINDS.filter(kind => this.chosenKinds.has(kind)),
      changedColumn: this.chosenColumn
    };
    try {
      const [{ total = 0 }, bytes] = await Promise.all([
        this.client.diff(pinned, { chosen: { ...asked, columns: shown.columns.slice(0, 1) } }),
        this.client.changes(pinned, { ...asked, offset: 0, limit: 1 })
      ]);
      if (turn !== this.rowsTurn) {
        return;
      }
      const types = Columns.read(bytes).columns;
      this.rows = new ChangesSource(
        this.client,
        pinned,
        asked,
        shown.columns,
        total,
        types,
        this.names
      );
      this.wrong = null;
    } catch (error) {
      if (turn === this.rowsTurn) {
        this.fail(error);
      }
      return;
    }
    this.rowsChanged.emit();
    this.changed.emit();
  }

  /** Ask what happened to tables as a whole; this reads what it proves, so counts and rows do not wait for it. */
  private async loadEvents(turn: number): Promise<void> {
    const { pinned } = this;
    if (!pinned) {
      return;
    }
    try {
      const { tables } = await this.client.diff({ ...pinned, table: undefined }, { events: true });
      if (turn === this.turn) {
        this.eventsOf = tables;
        this.changed.emit();
      }
    } catch (error) {
      if (turn === this.turn) {
        this.fail(error);
      }
    }
  }

  private async look(): Promise<void> {
    const refs = await this.client.refs(this.asked.dataset, true);
    if (refs !== this.allRefs) {
      this.allRefs = refs;
      this.changed.emit();
    }
  }

  private fail(error: unknown): void {
    this.wrong = problemFrom(error);
    this.loading = false;
    this.changed.emit();
  }

  private asked: IDiffOf;
  private names: IColumnNames;
  private told: IDiff | undefined;
  private eventsOf: Record<string, ITableDiff> | undefined;
  private allRefs: readonly IRef[] = [];
  private chosenKinds: ReadonlySet<ChangeKind> = new Set(KINDS);
  private chosenColumn: string | undefined;
  private rows: ChangesSource | null = null;
  private wrong: Problem | null = null;
  private loading = true;
  private turn = 0;
  private rowsTurn = 0;
  private readonly lookout: Lookout;
}

/** Whether anything differs in a table: a row, or its schema. */
export function differs({ added, removed, changed, schema_changes }: ITableDiff): boolean {
  return added + removed + changed + schema_changes.length > 0;
}
