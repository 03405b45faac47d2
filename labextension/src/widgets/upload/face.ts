/** What the widget for files shows, and the traits that tell of it: one import after the other. */

import { Signal } from '@lumino/signaling';

import type { Client, ImportMode } from '../../api';
import { ImportModel, type IOutcome, PlacesModel, type Source } from '../../models';
import type { Traits } from '../traits';

export class UploadFace {
  constructor(
    readonly client: Client,
    private readonly traits: Traits
  ) {
    this.places = new PlacesModel(client);
    traits.put({ state: 'waiting', share: 0 });
  }

  readonly changed = new Signal<this, void>(this);
  readonly places: PlacesModel;

  /** The import that is at work; null where a file is waited for. */
  current: ImportModel | null = null;
  /** What came of the last one. */
  outcome: IOutcome | null = null;

  /** The branch that the next file goes to; undefined where the reader is asked. */
  get goal(): { dataset: string; ref: string } | undefined {
    const dataset = this.traits.text('dataset');
    return dataset ? { dataset, ref: this.traits.text('ref') || 'main' } : undefined;
  }

  /** Take files that were dropped or chosen. */
  take(files: readonly File[]): void {
    if (files.length === 0 || this.current) {
      return;
    }
    const { client, goal, traits } = this;
    const sources: Source[] = files.map(file => ({ kind: 'file', name: file.name, file }));
    const ref = traits.text('ref') || 'main';
    const model = new ImportModel({ client, sources, ref, ...goal, isPlaced: goal !== undefined });
    model.choose({
      table: traits.text('table'),
      key: traits.texts('key'),
      mode: (traits.text('mode') || 'replace') as ImportMode,
      message: traits.text('message')
    });
    this.current = model;
    this.outcome = null;
    traits.put({ file: files[0]!.name });
    model.changed.connect(() => this.follow(model), this);
    this.follow(model);
    if (model.isPlaced) {
      void model.begin();
    }
  }

  /** Give up what is at work. */
  cancel(): void {
    void this.current?.cancel().catch(() => undefined); // the kernel forgets it when the widget is closed
  }

  /** Leave the page; what is being committed goes on without it. */
  dispose(): void {
    if (this.current?.phase !== 'committing' && this.current?.phase !== 'working') {
      this.cancel();
    }
    this.current?.dispose();
    this.places.dispose();
    this.traits.dispose();
    Signal.clearData(this);
  }

  private follow(model: ImportModel): void {
    if (model !== this.current) {
      return;
    }
    const { phase, outcome, place } = model;
    if (phase === 'cancelled') {
      this.end(model, { state: 'waiting', share: 0 });
    } else if (phase === 'done' && outcome) {
      this.outcome = outcome;
      const commit = outcome.created ? { commit: outcome.commit } : {};
      this.end(model, { state: 'done', share: 1, ...commit });
    } else {
      const where = phase === 'place' ? {} : { dataset: place.dataset, ref: place.ref };
      this.traits.put({ state: phase, share: shareOf(model), ...where });
    }
    this.changed.emit();
  }

  private end(model: ImportModel, traits: Record<string, unknown>): void {
    this.current = null;
    this.traits.put(traits);
    model.dispose();
  }
}

/** Say how much of the files is with the kernel, from 0 to 1. */
function shareOf({ phase, uploads, sources }: ImportModel): number {
  if (phase !== 'uploading') {
    return phase === 'place' ? 0 : 1;
  }
  const all = sources.reduce(
    (sum, source) => sum + (source.kind === 'file' ? source.file.size : 0),
    0
  );
  const here = uploads.reduce((sum, upload) => sum + upload.offset, 0);
  return all > 0 ? here / all : 0;
}
