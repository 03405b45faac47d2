/** An import from its files to its commit: where to, how they come, what would change, and what became of it. */

import { Signal } from '@lumino/signaling';

import {
  CANCELLED,
  type Client,
  type IJob,
  type IPlace,
  type IPreview,
  type Problem
} from '../api';
import { askedOf, CHOICES, type IChoices, type INamed, previewOf } from './choices';
import {
  checkHead,
  commitsSince,
  followJob,
  type IOutcome,
  outcomeOf,
  outcomeOfJob
} from './committing';
import { problemFrom } from './connection';
import { nameFor, tablesFor } from './files';
import type { IConflict, IImportOptions, IImportTimes, Phase } from './import-types';
import { isActive } from './jobs';
import { type Source, Upload } from './upload';

const TIMES: IImportTimes = { pause: 1_000, most: 30_000, settle: 350, follow: 1_000 };

/** From this size on keys are looked for only if they are asked for, and the server imports by a job. */
const LARGE = 32 << 20;

export class ImportModel {
  constructor(options: IImportOptions) {
    this.client = options.client;
    this.sources = options.sources;
    this.times = { ...TIMES, ...options.times };
    this.tables = tablesFor(options.sources.map(source => source.name));
    this.isPlaced = options.isPlaced ?? false;
    this.goal = {
      dataset: options.dataset ?? nameFor(options.sources[0]?.name ?? ''),
      ref: options.ref ?? 'main'
    };
    this.chosen = { ...CHOICES, table: options.table ?? '' };
  }

  readonly changed = new Signal<this, void>(this);
  readonly client: Client;
  readonly sources: readonly Source[];
  /** Whether it was said from the beginning where the files go. */
  readonly isPlaced: boolean;

  get phase(): Phase {
    return this.current;
  }

  get place(): IPlace {
    return this.goal;
  }

  get choices(): IChoices {
    return this.chosen;
  }

  get uploads(): readonly Upload[] {
    return this.sent;
  }

  /** What would come of it, as far as it was last found out. */
  get preview(): IPreview | null {
    return this.told;
  }

  /** Whether the preview is of other choices than those that stand, which the server refused. */
  get isStale(): boolean {
    return this.stale;
  }

  /** Whether a choice was made that the preview does not tell of yet. */
  get isLooking(): boolean {
    return this.looking;
  }

  /** Why the last preview or commit was not done. */
  get problem(): Problem | null {
    return this.wrong;
  }

  get conflict(): IConflict | null {
    return this.moved;
  }

  get job(): IJob | null {
    return this.task;
  }

  get outcome(): IOutcome | null {
    return this.result;
  }

  get canCommit(): boolean {
    const { told } = this;
    const isWaiting = this.current === 'looking' && this.moved === null;
    const isShown = isWaiting && !this.looking && !this.stale;
    return isShown && told !== null && told.would_commit && told.refused === undefined;
  }

  /** Bytes of all files, as far as they are known. */
  get size(): number {
    return this.sent.reduce((sum, upload) => sum + (upload.size ?? 0), 0);
  }

  setPlace(place: IPlace): void {
    this.goal = place;
    this.changed.emit();
  }

  /** Bring the files to where they are to go, and look at what would come of them. Called again, it goes on. */
  async begin(): Promise<void> {
    if (this.sent.length === 0) {
      this.sent = this.sources.map(
        source => new Upload(this.client, this.goal, source, this.times)
      );
      this.sent.forEach(upload => upload.changed.connect(() => this.changed.emit(), this));
    }
    this.wrong = null;
    this.go('uploading');
    for (const upload of this.sent) {
      await upload.run();
      if (upload.state !== 'here') {
        this.wrong = upload.problem;
        this.changed.emit();
        return;
      }
    }
    if (this.size < LARGE) {
      this.chosen = { ...this.chosen, suggestKeys: true };
    }
    this.go('looking');
    await this.look();
  }

  /** Forget what was brought, and ask anew where the files go. */
  async replace(): Promise<void> {
    const old = this.sent;
    this.sent = [];
    this.told = this.wrong = this.moved = null;
    this.stopLooking();
    this.go('place');
    await abandon(old);
  }

  /** Bring the files anew: the server has them no more. */
  async again(): Promise<void> {
    this.sent = [];
    this.told = null;
    await this.begin();
  }

  /** Choose something; it is previewed again when no more is chosen for a moment. */
  choose(choices: Partial<IChoices>): void {
    const isOfMessage = Object.keys(choices).every(name => name === 'message');
    this.chosen = { ...this.chosen, ...choices };
    if (!isOfMessage && this.current === 'looking') {
      this.stopLooking();
      this.looking = true;
      this.timer = setTimeout(() => void this.look(), this.times.settle);
    }
    this.changed.emit();
  }

  /** Find out what would come of it, now; an answer that was overtaken by another question is dropped. */
  async look(): Promise<void> {
    this.stopLooking();
    const turn = this.turn;
    const { signal } = (this.aborter = new AbortController());
    this.looking = true;
    this.changed.emit();
    try {
      const asked = previewOf(this.chosen, this.named());
      const told = await this.client.uploads.preview(this.goal, this.first, asked, signal);
      if (turn === this.turn) {
        this.told = told;
        this.stale = false;
        this.wrong = this.moved = null;
      }
    } catch (error) {
      const problem = problemFrom(error);
      if (turn === this.turn && problem.code !== CANCELLED) {
        this.wrong = problem;
        this.stale = true;
      }
    }
    if (turn === this.turn) {
      this.looking = false;
      this.changed.emit();
    }
  }

  /** Commit what the preview told, or nothing. */
  async commit(): Promise<void> {
    const { told } = this;
    if (!told || !this.canCommit) {
      return;
    }
    this.wrong = null;
    this.go('committing');
    try {
      if (this.size >= LARGE) {
        await checkHead(this.client, this.goal, told.head);
      }
      const asked = { ...askedOf(this.chosen, this.named()), promise: told.promise };
      const done = await this.client.uploads.complete(this.goal, this.first, asked);
      if ('commit' in done) {
        this.succeed(outcomeOf(this.goal, done));
      } else {
        await this.follow(done);
      }
    } catch (error) {
      await this.fail(problemFrom(error), told);
    }
  }

  /** Give up: what was brought is forgotten, and a job is told to end. */
  async cancel(): Promise<void> {
    this.stopLooking();
    const { task } = this;
    this.go('cancelled');
    if (task && isActive(task)) {
      await this.client.cancelJob(task.id);
    } else if (!this.result) {
      await abandon(this.sent);
    }
  }

  dispose(): void {
    this.stopLooking();
    this.sent.forEach(upload => upload.dispose());
    Signal.clearData(this);
  }

  private async follow(job: IJob): Promise<void> {
    this.task = job;
    this.go('working');
    const note = (seen: IJob): boolean => {
      this.task = seen;
      this.changed.emit();
      return this.current === 'working';
    };
    const ended = await followJob(this.client, job, this.times.follow, note);
    if (this.current !== 'working') {
      return;
    }
    if (ended.state === 'cancelled') {
      this.go('cancelled');
    } else {
      this.succeed(await outcomeOfJob(this.client, this.goal, ended));
    }
  }

  private succeed(outcome: IOutcome): void {
    this.result = outcome;
    this.go('done');
  }

  private async fail(problem: Problem, { head }: IPreview): Promise<void> {
    this.task = null;
    if (problem.code === 'ref_conflict') {
      const commits = await commitsSince(this.client, this.goal, head);
      this.moved = { problem, commits };
    } else {
      this.wrong = problem;
    }
    this.go('looking');
  }

  private stopLooking(): void {
    clearTimeout(this.timer);
    this.aborter.abort();
    this.turn += 1;
    this.looking = false;
  }

  private named(): INamed[] {
    return this.sent.map((upload, index) => ({
      upload: upload.id ?? '',
      table: this.tables[index] ?? ''
    }));
  }

  private get first(): string {
    return this.sent[0]?.id ?? '';
  }

  private go(phase: Phase): void {
    if (this.current !== 'cancelled') {
      this.current = phase;
    }
    this.changed.emit();
  }

  private readonly times: IImportTimes;
  private readonly tables: readonly string[];
  private current: Phase = 'place';
  private goal: IPlace;
  private chosen: IChoices;
  private sent: Upload[] = [];
  private told: IPreview | null = null;
  private looking = false;
  private stale = false;
  private wrong: Problem | null = null;
  private moved: IConflict | null = null;
  private task: IJob | null = null;
  private result: IOutcome | null = null;
  private aborter = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
}

/** Have the server forget uploads; what it cannot be told of is gone by itself in two days. */
async function abandon(uploads: readonly Upload[]): Promise<void> {
  await Promise.allSettled(uploads.map(upload => upload.cancel()));
}
