/** One dataset that was opened: its branches and tags, and the tables and history of the one that is shown. */

import { Signal } from '@lumino/signaling';

import type { Client, ICommit, IRef, IStorage, ITable, Problem, RefKind } from '../api';
import { problemFrom } from './connection';

const DEFAULT_BRANCH = 'main';
/** Commits that are shown at first, and loaded at a time when more are asked for. */
const RECENT = 8;
const OLDER = 30;

export class DatasetModel {
  constructor(
    private readonly client: Client,
    readonly name: string
  ) {}

  readonly changed = new Signal<this, void>(this);

  get refs(): readonly IRef[] {
    return this.allRefs;
  }

  /** The branch or tag whose tables and history are shown; absent where nothing is committed yet. */
  get shown(): IRef | undefined {
    return this.allRefs.find(ref => ref.name === this.chosen) ?? this.fallback();
  }

  get tables(): readonly ITable[] {
    return this.allTables;
  }

  /** The latest commits, latest first. */
  get commits(): readonly ICommit[] {
    return this.history;
  }

  /** What all versions take in the store; undefined until it is known, null where the server does not tell. */
  get storage(): IStorage | null | undefined {
    return this.taken;
  }

  get hasOlder(): boolean {
    return this.cursor !== undefined;
  }

  /** Whether nothing was loaded yet. */
  get isLoading(): boolean {
    return !this.loaded && this.wrong === null;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  /** How it is named in code: `sales@dev`, and `sales` for its default branch. */
  spec(ref = this.shown?.name ?? DEFAULT_BRANCH): string {
    return ref === DEFAULT_BRANCH ? this.name : `${this.name}@${ref}`;
  }

  /** Show another branch or tag. */
  async choose(ref: string): Promise<void> {
    this.chosen = ref;
    await this.refresh();
  }

  /** Look at the refs, and at tables and history where the ref that is shown has moved. */
  async refresh(background = false): Promise<void> {
    const turn = ++this.turn;
    try {
      const refs = await this.client.refs(this.name, background);
      if (turn !== this.turn) {
        return;
      }
      const same = refs === this.allRefs && this.wrong === null;
      this.allRefs = refs;
      const shown = this.shown;
      if (shown && shown.commit !== this.shownCommit) {
        const [tables, page] = await Promise.all([
          this.client.tables(this.name, shown.commit),
          this.client.commits(this.name, shown.commit, RECENT)
        ]);
        if (turn !== this.turn) {
          return;
        }
        this.allTables = tables;
        this.history = page.items;
        this.cursor = page.next;
        this.shownCommit = shown.commit;
      } else if (same && this.loaded) {
        return;
      }
      this.wrong = null;
      this.loaded = true;
      void this.measure();
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.wrong = problemFrom(error);
    }
    this.changed.emit();
  }

  /** Load older commits. */
  async loadOlder(): Promise<void> {
    const commit = this.shownCommit;
    if (this.cursor === undefined || this.loadingOlder || !commit) {
      return;
    }
    this.loadingOlder = true;
    try {
      const page = await this.client.commits(this.name, commit, OLDER, this.cursor);
      if (commit === this.shownCommit) {
        this.history = [...this.history, ...page.items];
        this.cursor = page.next;
      }
    } catch (error) {
      this.wrong = problemFrom(error);
    } finally {
      this.loadingOlder = false;
    }
    this.changed.emit();
  }

  /** Make a branch or tag; a new branch is shown at once. */
  async createRef(name: string, kind: RefKind, at: string): Promise<void> {
    await this.client.createRef(this.name, name, kind, at);
    if (kind === 'branch') {
      this.chosen = name;
    }
    await this.refresh();
  }

  async protectRef(ref: string, isProtected: boolean): Promise<void> {
    await this.client.protectRef(this.name, ref, isProtected);
    await this.refresh();
  }

  async deleteRef(ref: IRef): Promise<void> {
    await this.client.deleteRef(this.name, ref);
    await this.refresh();
  }

  /** The refs that point at a commit; those that came with the history may have moved since. */
  refsAt(commit: string): readonly IRef[] {
    return this.allRefs.filter(ref => ref.commit === commit);
  }

  /** Ask what the dataset takes; nobody waits for it. */
  private async measure(): Promise<void> {
    const asked = ++this.measured;
    const taken = await this.client.storage(this.name).catch(() => null);
    if (asked === this.measured && taken !== this.taken) {
      this.taken = taken;
      this.changed.emit();
    }
  }

  private fallback(): IRef | undefined {
    return this.allRefs.find(ref => ref.name === DEFAULT_BRANCH) ?? this.allRefs[0];
  }

  private allRefs: IRef[] = [];
  private chosen = DEFAULT_BRANCH;
  private allTables: ITable[] = [];
  private history: ICommit[] = [];
  private cursor: string | undefined;
  private taken: IStorage | null | undefined;
  private shownCommit: string | null = null;
  private loaded = false;
  private loadingOlder = false;
  private wrong: Problem | null = null;
  private turn = 0;
  private measured = 0;
}
