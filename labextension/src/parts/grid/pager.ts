/**
 * Reads the pages that are looked at, and knows none of how they are drawn.
 *
 * A page is a run of rows and, in wide tables, a run of columns. While somebody scrolls, requests wait until the
 * pages that are wanted stay the same for a moment, and what nobody looks at any more is aborted.
 */

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Columns } from '../columns';
import { type ICacheLimits, PageCache } from './cache';
import { failureOf, type IFailure, type IPageSource } from './source';

/** Rows of a page: a power of two, so that its number is a shift. */
export const PAGE_ROWS = 512;
/** Columns of a page where a table has more than twice as many. */
const PAGE_COLUMNS = 24;
const LIMITS: ICacheLimits = { pages: 256, bytes: 64 << 20 };
/** Milliseconds that wants must rest before they are asked for, and at most wait while they do not. */
const REST = 60;
const MOST = 240;

/** What is looked at, in rows and columns of the source; ends are included. */
export interface IWindow {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly columns: readonly number[];
}

export interface IPlace {
  /** The first row, and one beyond the last. */
  readonly start: number;
  readonly end: number;
  readonly firstColumn: number;
  readonly endColumn: number;
}

export class Pager implements IDisposable {
  constructor(
    readonly source: IPageSource,
    /** Say what is looked at now; null where nothing is. */
    private readonly window: () => IWindow | null,
    limits: ICacheLimits = LIMITS
  ) {
    this.cache = new PageCache(limits);
    const count = source.columns.length;
    this.width = count > 2 * PAGE_COLUMNS ? PAGE_COLUMNS : Math.max(count, 1);
  }

  readonly cache: PageCache;

  /** A page has come, or could not be read. */
  get landed(): ISignal<this, IPlace> {
    return this.hasLanded;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** How many requests are under way. */
  get asking(): number {
    return this.requests.size;
  }

  /** Find the page that a cell lies in, where it is there; whoever draws a cell calls this, so it must be quick. */
  find(row: number, column: number): Columns | undefined {
    const key = this.keyOf(row, column);
    if (key !== this.lastKey) {
      this.lastKey = key;
      this.want();
    }
    return this.cache.peek(key);
  }

  /** The column of a cell within its page. */
  within(column: number): number {
    return column % this.width;
  }

  rowWithin(row: number): number {
    return row % PAGE_ROWS;
  }

  failure(row: number, column: number): IFailure | undefined {
    return this.failures.get(this.keyOf(row, column));
  }

  /** The first failure there is among what is looked at. */
  get failed(): { readonly place: IPlace; readonly failure: IFailure } | null {
    for (const key of this.visible()) {
      const failure = this.failures.get(key);
      if (failure) {
        return { place: this.placeOf(key), failure };
      }
    }
    return null;
  }

  /** Ask again for what could not be read. */
  retry(): void {
    this.failures.clear();
    this.look();
  }

  /** Say that what is looked at has changed, or may have. */
  want(): void {
    if (this.disposed) {
      return;
    }
    const now = Date.now();
    if (this.timer === undefined) {
      this.since = now;
    } else {
      clearTimeout(this.timer);
    }
    const rested = now - this.looked >= MOST;
    const wait = rested ? 0 : Math.min(REST, Math.max(0, this.since + MOST - now));
    this.timer = setTimeout(() => this.look(), wait);
  }

  /** Give the page that a cell lies in, from the server where it is not there; rejected where it cannot be read. */
  async get(row: number, column: number, signal: AbortSignal): Promise<Columns> {
    const key = this.keyOf(row, column);
    return this.cache.peek(key) ?? (await this.ask(this.placeOf(key), signal));
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    clearTimeout(this.timer);
    for (const request of this.requests.values()) {
      request.abort();
    }
    this.requests.clear();
    this.cache.clear();
    Signal.clearData(this);
  }

  /** Ask for what is seen and not there; where all is there, for the page that comes next in the direction of travel. */
  private look(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.looked = Date.now();
    const window = this.window();
    if (this.disposed || !window) {
      return;
    }
    const seen = this.keysOf(window);
    const ahead = this.ahead(window);
    for (const [key, request] of this.requests) {
      if (!seen.includes(key) && !ahead.includes(key)) {
        request.abort();
        this.requests.delete(key);
      }
    }
    for (const key of seen) {
      this.cache.touch(key);
    }
    const missing = seen.filter(key => this.isMissing(key));
    const wanted = missing.length ? missing : ahead.filter(key => this.isMissing(key));
    for (const key of wanted) {
      if (!this.requests.has(key)) {
        void this.load(key);
      }
    }
  }

  private ahead(window: IWindow): string[] {
    const page = Math.floor(window.firstRow / PAGE_ROWS);
    this.direction = page === this.page ? this.direction : page < this.page ? -1 : 1;
    this.page = page;
    const next =
      this.direction > 0
        ? Math.floor(window.lastRow / PAGE_ROWS) + 1
        : Math.floor(window.firstRow / PAGE_ROWS) - 1;
    const row = next * PAGE_ROWS;
    return row < 0 || row >= this.source.rows
      ? []
      : this.keysOf({ firstRow: row, lastRow: row, columns: window.columns });
  }

  private async load(key: string): Promise<void> {
    const request = new AbortController();
    this.requests.set(key, request);
    const place = this.placeOf(key);
    try {
      const page = await this.ask(place, request.signal);
      if (request.signal.aborted) {
        return;
      }
      this.failures.delete(key);
      this.cache.put(key, page);
    } catch (error) {
      if (request.signal.aborted) {
        return; // nobody waits for it any more
      }
      this.failures.set(key, failureOf(error));
    }
    this.requests.delete(key);
    this.hasLanded.emit(place);
    if (this.requests.size === 0) {
      this.look(); // reads ahead, once all that is seen is there
    }
  }

  private async ask(place: IPlace, signal: AbortSignal): Promise<Columns> {
    const { columns } = this.source;
    const names =
      this.width < columns.length
        ? columns.slice(place.firstColumn, place.endColumn).map(column => column.name)
        : null;
    const count = place.end - place.start;
    const page = await this.source.page(place.start, count, names, signal);
    if (page.rows !== count) {
      throw new Error(`${page.rows} rows came where ${count} were expected.`);
    }
    return page;
  }

  private isMissing(key: string): boolean {
    return !this.cache.peek(key) && !this.failures.has(key);
  }

  private visible(): string[] {
    const window = this.window();
    return window ? this.keysOf(window) : [];
  }

  private keysOf({ firstRow, lastRow, columns }: IWindow): string[] {
    const keys = new Set<string>();
    const last = Math.min(lastRow, this.source.rows - 1);
    for (let row = firstRow - (firstRow % PAGE_ROWS); row <= last; row += PAGE_ROWS) {
      for (const column of columns) {
        keys.add(this.keyOf(row, column));
      }
    }
    return [...keys];
  }

  private keyOf(row: number, column: number): string {
    return `${Math.floor(row / PAGE_ROWS)}:${Math.floor(column / this.width)}`;
  }

  private placeOf(key: string): IPlace {
    const [page, group] = key.split(':').map(Number) as [number, number];
    const start = page * PAGE_ROWS;
    const firstColumn = group * this.width;
    return {
      start,
      end: Math.min(start + PAGE_ROWS, this.source.rows),
      firstColumn,
      endColumn: Math.min(firstColumn + this.width, this.source.columns.length)
    };
  }

  private readonly width: number;
  private readonly requests = new Map<string, AbortController>();
  private readonly failures = new Map<string, IFailure>();
  private readonly hasLanded = new Signal<this, IPlace>(this);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;
  private looked = 0;
  private lastKey = '';
  private page = 0;
  private direction = 1;
  private disposed = false;
}
