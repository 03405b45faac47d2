/** The grid of a diff: which columns stand in it, and the way from change to change. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { CHANGE, CHANGED_COLUMNS, type DiffModel, type IColumnNames } from '../../models';
import type { Columns } from '../../parts/columns';
import { Grid, type ICellAt } from '../../parts/grid';
import { DiffGridModel, DiffRenderer, styleOf, type View } from './cells';

export class DiffRows {
  constructor(
    private readonly diff: DiffModel,
    private readonly trans: TranslationBundle
  ) {
    diff.rowsChanged.connect(() => this.show(), this);
  }

  /** There is a grid, its columns are others, or another cell is the active one. */
  readonly changed = new Signal<this, void>(this);

  grid: Grid | null = null;
  model: DiffGridModel | null = null;

  get view(): View {
    return this.shownAs;
  }

  get hidesUnchanged(): boolean {
    return this.hides;
  }

  /** The active cell. */
  get current(): ICellAt | null {
    return this.grid?.current ?? null;
  }

  setView(view: View): void {
    this.shownAs = view;
    void this.diff.setNames(namesFor(view, this.trans));
  }

  setHidesUnchanged(hides: boolean): void {
    this.hides = hides;
    this.place();
    this.changed.emit();
  }

  /** Go to the next changed cell, or to the one before; added and removed rows are one stop each. */
  async step(direction: 1 | -1): Promise<void> {
    const { grid, model } = this;
    if (!grid || !model || model.source.rows === 0) {
      return;
    }
    const here = grid.current;
    const view = model.view.filter(column => model.changes.nameAt(column) !== undefined);
    let row = here?.row ?? 0;
    let at = here && here.row >= 0 ? view.indexOf(here.column) : -1;
    while (row >= 0 && row < model.source.rows) {
      const page = await model.pager.get(row, CHANGED_COLUMNS, this.closing.signal);
      const stops = this.stopsOf(page, row, view);
      const next =
        direction > 0 ? stops.find(stop => stop > at) : stops.filter(stop => stop < at).at(-1);
      if (next !== undefined) {
        grid.goTo(row, view[next]);
        return;
      }
      row += direction;
      at = direction > 0 ? -1 : view.length;
    }
  }

  dispose(): void {
    this.closing.abort();
    this.grid?.dispose();
    this.model?.dispose();
    Signal.clearData(this);
  }

  private stopsOf(page: Columns, row: number, view: readonly number[]): number[] {
    const model = this.model!;
    if (page.text(model.pager.within(CHANGE), model.pager.rowWithin(row)) !== 'changed') {
      return [0];
    }
    const changed = model.changedIn(page, row);
    return view.flatMap((column, place) => {
      const isStop =
        changed.has(model.changes.nameAt(column)!) &&
        (this.shownAs === 'unified' || !model.changes.isOld(column));
      return isStop ? [place] : [];
    });
  }

  private show(): void {
    const { source } = this.diff;
    if (!source) {
      return;
    }
    const names = source.names.join('\n');
    const cursor = this.names === names ? this.grid?.current : null;
    const old = { grid: this.grid, model: this.model };
    const { shown } = this.diff;
    const dropped = (shown?.schema_changes ?? []).filter(change => change.kind === 'dropped');
    const words = {
      kinds: {
        added: this.trans.__('+ added'),
        removed: this.trans.__('− removed'),
        changed: this.trans.__('~ changed')
      },
      none: this.trans.__('null')
    };
    const model = new DiffGridModel(source, words, new Set(dropped.map(({ column }) => column)));
    model.shownAs = this.shownAs;
    this.names = names;
    this.model = model;
    this.grid = new Grid({
      model,
      trans: this.trans,
      label: this.trans.__('Changed rows'),
      style: (row, column) => styleOf(model, row, column),
      header: column => {
        const name = source.nameAt(column);
        return { isKey: name !== undefined && (shown?.key.includes(name) ?? false) };
      },
      body: drawing => new DiffRenderer(drawing)
    });
    this.grid.moved.connect(() => this.changed.emit(), this);
    this.place();
    if (cursor && cursor.row < source.rows) {
      this.grid.goTo(Math.max(cursor.row, 0), cursor.column);
    }
    this.changed.emit();
    old.grid?.dispose();
    old.model?.dispose();
  }

  /** Put the columns into the grid: what happened stays at the left, and the key with it. */
  private place(): void {
    const { grid, model } = this;
    const { shown } = this.diff;
    if (!grid || !model || !shown) {
      return;
    }
    const { changes } = model;
    const isShown = (name: string) =>
      !this.hides || shown.key.includes(name) || name in shown.cells || isNew(shown, name);
    const key = changes.names.filter(name => shown.key.includes(name));
    const others = changes.names.filter(name => !key.includes(name) && isShown(name));
    const placed = (name: string) => {
      const old = changes.oldPlace(name);
      return this.shownAs === 'unified' ? [old + 1] : [old, old + 1];
    };
    const view = [CHANGE, ...key.flatMap(placed), ...others.flatMap(placed)];
    // A grid whose columns all stand still could not be scrolled.
    const frozen = this.shownAs === 'unified' && key.length < 4 && others.length > 0;
    grid.setView(view, frozen ? 1 + key.length : 1);
  }

  private readonly closing = new AbortController();
  private shownAs: View = 'unified';
  private hides = false;
  private names = '';
}

/** Whether a column is on one side alone, or has another type. */
function isNew(shown: NonNullable<DiffModel['shown']>, name: string): boolean {
  const kinds = ['added', 'dropped', 'retyped'];
  return shown.schema_changes.some(({ kind, column }) => kinds.includes(kind) && column === name);
}

export function namesFor(view: View, trans: TranslationBundle): IColumnNames {
  const isUnified = view === 'unified';
  return {
    change: trans.__('change'),
    old: column => trans.__('%1 (old)', column),
    now: column => (isUnified ? column : trans.__('%1 (new)', column))
  };
}
