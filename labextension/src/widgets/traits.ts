/** The traits of a widget, seen from the page: read, written, and followed. */

import type { IAnyModel } from './anywidget';

export class Traits {
  constructor(private readonly model: IAnyModel) {}

  text(name: string): string {
    return (this.model.get(name) ?? '') as string;
  }

  number(name: string): number {
    return Number(this.model.get(name) ?? 0);
  }

  texts(name: string): readonly string[] {
    return (this.model.get(name) ?? []) as string[];
  }

  /** Tell the kernel, and whatever is linked, what has become of some traits; what is as it was is not told. */
  put(values: Record<string, unknown>): void {
    const changed = Object.entries(values).filter(
      ([name, value]) => JSON.stringify(this.model.get(name)) !== JSON.stringify(value)
    );
    for (const [name, value] of changed) {
      this.model.set(name, value);
    }
    if (changed.length > 0) {
      this.model.save_changes();
    }
  }

  /** Be told when the kernel, or whatever is linked, sets one of these traits, until `dispose`. */
  follow(names: readonly string[], changed: () => void): void {
    for (const name of names) {
      this.model.on(`change:${name}`, changed);
      this.ends.push(() => this.model.off(`change:${name}`, changed));
    }
  }

  dispose(): void {
    for (const end of this.ends.splice(0)) {
      end();
    }
  }

  private readonly ends: (() => void)[] = [];
}
