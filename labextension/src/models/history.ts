/** The history of a dataset as a document shows it: commits as far as they were scrolled to, and which are chosen. */

import { Signal } from '@lumino/signaling';

import type { Client, ICommit, ICommitShown, IRef, Problem } from '../api';
import { problemFrom } from './connection';
import { type IGraphRow, layOut } from './lanes';
import { Lookout } from './lookout';

/** Commits of a page when scrolling, and at most of one when looking again. */
const PAGE = 100;
const MOST = 1000;

export interface IHistoryOptions {
  client: Client;
  dataset: string;
  /** The branch, tag or other version whose history it is; all branches and tags where there is none. */
  at?: string | undefined;
  /** Milliseconds between two looks at where branches point. */
  interval?: number;
}

export class HistoryModel {
  constructor(options: IHistoryOptions) {
    this.client = options.client;
    this.dataset = options.dataset;
    this.version = options.at;
    this.lookout = new Lookout('history', () => this.look(), options.interval);
  }

  readonly client: Client;
  readonly dataset: string;
  readonly changed = new Signal<this, void>(this);

  /** Whose history is shown; undefined where it is that of all branches and tags. */
  get at(): string | undefined {
    return this.version;
  }

  get refs(): readonly IRef[] {
    return this.allRefs;
  }

  /** Latest first. */
  get commits(): readonly ICommit[] {
    return this.loaded;
  }

  /** Where each of the commits stands in the graph. */
  get graph(): readonly IGraphRow[] {
    return this.rows;
  }

  get hasOlder(): boolean {
    return this.cursor !== undefined;
  }

  get isLoading(): boolean {
    return this.loading;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  /** Ids of the chosen commits, two at most: the one that was chosen first stands first. */
  get chosen(): readonly string[] {
    return this.picked;
  }

  /** The two chosen commits, the older one first, where there are two. */
  get pair(): { from: ICommit; to: ICommit } | undefined {
    const [one, two] = this.picked.map(id => this.loaded.findIndex(commit => commit.id === id));
    if (one === undefined || two === undefined || one < 0 || two < 0) {
      return undefined;
    }
    return { from: this.loaded[Math.max(one, two)]!, to: this.loaded[Math.min(one, two)]! };
  }

  /** The chosen commit where it is one alone, in full as soon as it has come. */
  get detail(): ICommit | ICommitShown | undefined {
    const [id, other] = this.picked;
    if (id === undefined || other !== undefined) {
      return undefined;
    }
    return this.shown?.id === id ? this.shown : this.loaded.find(commit => commit.id === id);
  }

  refsAt(commit: string): readonly IRef[] {
    return this.allRefs.filter(ref => ref.commit === commit);
  }

  /** Show the history of another version, or of all branches and tags. */
  async show(at: string | undefined): Promise<void> {
    if (at !== this.version) {
      this.version = at;
      this.loaded = [];
      this.rows = [];
      this.cursor = undefined;
      this.picked = [];
      await this.load();
    }
  }

  /** Load what is shown from its beginning. */
  async load(): Promise<void> {
    this.loading = true;
    this.changed.emit();
    await this.fetch();
  }

  /** Look where branches and tags point, and at the commits where any has moved. */
  async refresh(background = false): Promise<void> {
    try {
      const refs = await this.client.refs(this.dataset, background);
      if (refs === this.allRefs && this.wrong === null) {
        return;
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    await this.fetch();
  }

  /** Load the next page, unless one is under way. */
  async loadOlder(): Promise<void> {
    if (this.cursor === undefined || this.loadingOlder) {
      return;
    }
    const turn = this.turn;
    this.loadingOlder = true;
    try {
      const page = await this.client.history(this.dataset, this.of, PAGE, this.cursor);
      if (turn === this.turn) {
        const known = new Set(this.loaded.map(commit => commit.id));
        this.put([...this.loaded, ...page.items.filter(commit => !known.has(commit.id))]);
        this.cursor = page.next;
        this.wrong = null;
      }
    } catch (error) {
      this.wrong = problemFrom(error);
    } finally {
      this.loadingOlder = false;
    }
    this.changed.emit();
  }

  /** Choose one commit, or with `beside` a second one to compare it with. */
  choose(id: string, beside = false): void {
    const [first, second] = this.picked;
    if (!beside || first === undefined) {
      this.picked = [id];
    } else if (first === id) {
      this.picked = second === undefined ? [id] : [second];
    } else {
      this.picked = second === id ? [first] : [first, id];
    }
    this.changed.emit();
    void this.describe();
  }

  /** Say whether anybody looks; nothing is asked of the server while nobody does. */
  setVisible(visible: boolean): void {
    this.lookout.setVisible(visible);
  }

  dispose(): void {
    this.turn += 1;
    this.lookout.dispose();
    Signal.clearData(this);
  }

  private get of(): { at: string } | { all: true } {
    return this.version === undefined ? { all: true } : { at: this.version };
  }

  private async look(): Promise<void> {
    await this.refresh(true);
    if (this.wrong?.passes) {
      throw this.wrong; // for the poll to wait longer each time
    }
  }

  private async fetch(): Promise<void> {
    const turn = ++this.turn;
    const limit = Math.min(Math.max(PAGE, this.loaded.length), MOST);
    try {
      const [refs, page] = await Promise.all([
        this.client.refs(this.dataset, true),
        this.client.history(this.dataset, this.of, limit)
      ]);
      if (turn !== this.turn) {
        return; // something else was asked for meanwhile
      }
      this.allRefs = refs;
      this.put(page.items);
      this.cursor = page.next;
      this.wrong = null;
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.wrong = problemFrom(error);
    }
    this.loading = false;
    this.changed.emit();
  }

  private put(commits: ICommit[]): void {
    this.loaded = commits;
    this.rows = layOut(commits);
    const known = new Set(commits.map(commit => commit.id));
    this.picked = this.picked.filter(id => known.has(id));
  }

  private async describe(): Promise<void> {
    const id = this.picked.length === 1 ? this.picked[0] : undefined;
    if (id === undefined || this.shown?.id === id) {
      return;
    }
    try {
      const shown = await this.client.commit(this.dataset, id);
      this.shown = shown;
    } catch (error) {
      this.wrong = problemFrom(error);
    }
    this.changed.emit();
  }

  private fail(error: unknown): void {
    this.wrong = problemFrom(error);
    this.loading = false;
    this.changed.emit();
  }

  private version: string | undefined;
  private allRefs: readonly IRef[] = [];
  private loaded: ICommit[] = [];
  private rows: IGraphRow[] = [];
  private cursor: string | undefined;
  private picked: string[] = [];
  private shown: ICommitShown | undefined;
  private loading = true;
  private loadingOlder = false;
  private wrong: Problem | null = null;
  private turn = 0;
  private readonly lookout: Lookout;
}
