/** Where files may go: datasets and branches that are there, for those who look for a name. */

import { Signal } from '@lumino/signaling';

import type { Client } from '../api';

/** Names that are offered at once. */
const OFFERED = 50;
/** Milliseconds without a key before the server is asked. */
const PAUSE = 200;

export class PlacesModel {
  constructor(
    private readonly client: Client,
    private readonly pause = PAUSE
  ) {}

  readonly changed = new Signal<this, void>(this);

  get datasets(): readonly string[] {
    return this.names;
  }

  get branches(): readonly string[] {
    return this.refs;
  }

  /** Whether there is no dataset of the name that was looked for; undefined while nobody knows. */
  get isNew(): boolean | undefined {
    return this.fresh;
  }

  /** Look for datasets whose names begin as this one, and for the branches of the one that is meant. */
  find(dataset: string): void {
    clearTimeout(this.timer);
    this.fresh = undefined;
    const turn = ++this.turn;
    this.timer = setTimeout(() => void this.look(dataset.trim(), turn), this.pause);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.turn += 1;
    Signal.clearData(this);
  }

  private async look(dataset: string, turn: number): Promise<void> {
    const asked = { search: dataset, sort: 'name' as const, deleted: false, limit: OFFERED };
    try {
      const names = (await this.client.datasets(asked)).items.map(item => item.name);
      const refs = names.includes(dataset) ? await this.client.refs(dataset) : [];
      if (turn === this.turn) {
        this.names = names;
        this.refs = refs.filter(ref => ref.kind === 'branch').map(ref => ref.name);
        this.fresh = !names.includes(dataset);
        this.changed.emit();
      }
    } catch {
      // Names are only offered; whoever types one is told by the preview what is wrong with it.
    }
  }

  private names: readonly string[] = [];
  private refs: readonly string[] = [];
  private fresh: boolean | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
}

/** Whether a name can be that of a dataset or a branch. */
export function isName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}_.+/-]*$/u.test(name);
}
