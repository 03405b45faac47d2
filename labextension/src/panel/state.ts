/** What only the panel knows: which row is chosen, and what is unfolded. Commands ask it what they are about. */

import { Signal } from '@lumino/signaling';

import type { IRef } from '../api';
import type { WorkbenchModel } from '../models';
import { type Row, rowsOf } from './rows';

export class PanelState {
  constructor(readonly model: WorkbenchModel) {
    const retell = () => this.changed.emit();
    for (const part of [model, model.datasets, model.connection, model.access]) {
      part.changed.connect(retell, this);
    }
  }

  readonly changed = new Signal<this, void>(this);

  /** A row was asked to be opened, by Enter or by two clicks: its document stands in the main area. */
  readonly opened = new Signal<this, Row>(this);

  get rows(): readonly Row[] {
    const { datasets, opened } = this.model;
    return rowsOf({
      datasets: datasets.items,
      total: datasets.total,
      opened,
      unfolded: this.unfolded
    });
  }

  get chosenKey(): string | null {
    return this.key;
  }

  /** The row that commands are about. */
  get chosen(): Row | undefined {
    return this.rows.find(row => row.key === this.key);
  }

  /** The dataset that the chosen row is, or lies in. */
  get dataset(): string | undefined {
    const row = this.chosen;
    if (!row || row.kind === 'heading') {
      return undefined;
    }
    return row.kind === 'dataset' ? row.dataset.name : row.dataset;
  }

  get ref(): IRef | undefined {
    return this.chosen?.kind === 'ref' ? this.chosen.ref : undefined;
  }

  /** The version that the chosen row is of: what a new branch begins at. */
  get at(): string | undefined {
    const row = this.chosen;
    switch (row?.kind) {
      case 'commit':
        return row.commit.id;
      case 'ref':
        return row.ref.name;
      default:
        return this.dataset && (this.model.opened.get(this.dataset)?.shown?.name ?? 'main');
    }
  }

  choose(key: string | null): void {
    if (key !== this.key) {
      this.key = key;
      this.changed.emit();
    }
  }

  /** Do what a click on a row does. */
  activate(row: Row): void {
    this.choose(row.key);
    switch (row.kind) {
      case 'dataset':
        this.toggle(row.dataset.name);
        break;
      case 'ref':
        void this.model.opened.get(row.dataset)?.choose(row.ref.name);
        break;
      case 'more':
        this.more(row);
        break;
      case 'problem':
        void this.model.refresh();
        break;
    }
  }

  /** Do what Enter on a row, or a double click, does beside that. */
  open(row: Row): void {
    this.choose(row.key);
    this.opened.emit(row);
  }

  toggle(dataset: string, isOpen?: boolean): void {
    if (!this.model.datasets.deleted) {
      this.model.toggle(dataset, isOpen);
    }
  }

  private more(row: Row & { kind: 'more' }): void {
    if (row.what === 'commits') {
      void this.model.opened.get(row.dataset)?.loadOlder();
    } else {
      this.unfolded.add(row.dataset);
      this.changed.emit();
    }
  }

  private key: string | null = null;
  private readonly unfolded = new Set<string>();
}
