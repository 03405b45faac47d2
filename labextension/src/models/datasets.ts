/** The list of datasets: what is searched for, in which order, and as many of them as were scrolled to. */

import { Signal } from '@lumino/signaling';

import type { Client, DatasetSort, IDataset, Problem } from '../api';
import { problemFrom } from './connection';

/** Datasets of a page when scrolling, and at most of one when looking whether anything changed. */
const PAGE = 100;
const MOST = 1000;

export class DatasetsModel {
  constructor(private readonly client: Client) {}

  readonly changed = new Signal<this, void>(this);

  get items(): readonly IDataset[] {
    return this.loaded;
  }

  /** How many there are, loaded or not. */
  get total(): number {
    return this.count;
  }

  get hasMore(): boolean {
    return this.cursor !== undefined;
  }

  /** Whether the answer to what is asked is still to come. */
  get isLoading(): boolean {
    return this.loading;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  get search(): string {
    return this.asked.search;
  }

  get sort(): DatasetSort {
    return this.asked.sort;
  }

  /** Whether the deleted ones are shown instead. */
  get deleted(): boolean {
    return this.asked.deleted;
  }

  setSearch(search: string): Promise<void> {
    return this.set({ ...this.asked, search });
  }

  setSort(sort: DatasetSort): Promise<void> {
    return this.set({ ...this.asked, sort });
  }

  setDeleted(deleted: boolean): Promise<void> {
    return this.set({ ...this.asked, deleted });
  }

  /** Load what is asked for from its beginning. */
  async load(): Promise<void> {
    await this.fetch(PAGE, false);
  }

  /** Look again at as much as is loaded; nobody is told where nothing changed. */
  async refresh(): Promise<void> {
    await this.fetch(Math.min(Math.max(PAGE, this.loaded.length), MOST), true);
  }

  /** Load the next page, unless one is under way. */
  async loadMore(): Promise<void> {
    if (this.cursor === undefined || this.loadingMore) {
      return;
    }
    const turn = this.turn;
    this.loadingMore = true;
    try {
      const page = await this.client.datasets({ ...this.asked, limit: PAGE, cursor: this.cursor });
      if (turn === this.turn) {
        const known = new Set(this.loaded.map(item => item.name));
        this.loaded = [...this.loaded, ...page.items.filter(item => !known.has(item.name))];
        this.count = page.total;
        this.cursor = page.next;
      }
    } catch (error) {
      this.wrong = problemFrom(error);
    } finally {
      this.loadingMore = false;
    }
    this.changed.emit();
  }

  private async set(asked: typeof this.asked): Promise<void> {
    this.asked = asked;
    await this.load();
  }

  private async fetch(limit: number, background: boolean): Promise<void> {
    const turn = ++this.turn;
    if (!background) {
      this.loading = true;
      this.changed.emit();
    }
    try {
      const page = await this.client.datasets({ ...this.asked, limit }, background);
      if (turn !== this.turn) {
        return; // something else was asked for meanwhile
      }
      const same = background && page === this.page && this.wrong === null;
      this.page = page;
      this.wrong = null;
      if (same) {
        return;
      }
      this.count = page.total;
      if (background && this.loaded.length > MOST && page.next !== undefined) {
        // What lies beyond the most that is looked at again stays as it was, so that nothing jumps under the reader.
        const known = new Set(page.items.map(item => item.name));
        this.loaded = [
          ...page.items,
          ...this.loaded.slice(MOST).filter(item => !known.has(item.name))
        ];
      } else {
        this.loaded = page.items;
        this.cursor = page.next;
      }
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.wrong = problemFrom(error);
    } finally {
      if (turn === this.turn) {
        this.loading = false;
      }
    }
    this.changed.emit();
  }

  private asked = { search: '', sort: 'name' as DatasetSort, deleted: false };
  private loaded: IDataset[] = [];
  private count = 0;
  private cursor: string | undefined;
  private page: unknown = null;
  private loading = true;
  private loadingMore = false;
  private wrong: Problem | null = null;
  private turn = 0;
}
