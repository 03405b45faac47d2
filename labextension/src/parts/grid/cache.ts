/** Pages that were read, least used first out; bounded by how many they are and by the bytes that they take. */

import type { Columns } from '../columns';

export interface ICacheLimits {
  readonly pages: number;
  readonly bytes: number;
}

export class PageCache {
  constructor(private readonly limits: ICacheLimits) {}

  get size(): number {
    return this.pages.size;
  }

  get bytes(): number {
    return this.held;
  }

  /** Look at a page without using it. */
  peek(key: string): Columns | undefined {
    return this.pages.get(key);
  }

  /** Say that a page is in use, so that others go before it. */
  touch(key: string): void {
    const page = this.pages.get(key);
    if (page) {
      this.pages.delete(key);
      this.pages.set(key, page);
    }
  }

  /** Keep a page, and let go of those that were not used for the longest time; never of the new one. */
  put(key: string, page: Columns): void {
    this.held += page.bytes - (this.pages.get(key)?.bytes ?? 0);
    this.pages.delete(key);
    this.pages.set(key, page);
    for (const [old, { bytes }] of this.pages) {
      if (old === key || (this.size <= this.limits.pages && this.held <= this.limits.bytes)) {
        break;
      }
      this.pages.delete(old);
      this.held -= bytes;
    }
  }

  clear(): void {
    this.pages.clear();
    this.held = 0;
  }

  private readonly pages = new Map<string, Columns>();
  private held = 0;
}
