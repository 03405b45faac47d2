/** The latest jobs, kept up to date by the feed, with the log of those that were opened. */

import { Signal } from '@lumino/signaling';

import {
  type Client,
  type IJob,
  type IJobLine,
  type IFeedTimes,
  JobFeed,
  type JobNews,
  type Problem
} from '../api';
import { problemFrom } from './connection';

/** Jobs that are shown; those at work are always among them, being the latest. */
const SHOWN = 30;

export class JobsModel {
  constructor(
    private readonly client: Client,
    times?: IFeedTimes
  ) {
    this.feed = new JobFeed(client, times);
    this.feed.news.connect((_, news) => this.onNews(news), this);
  }

  readonly changed = new Signal<this, void>(this);

  /** Something was imported or exported: what the store holds may be other than before. */
  readonly ended = new Signal<this, IJob>(this);

  /** Latest first. */
  get items(): readonly IJob[] {
    return [...this.byId.values()].sort((a, b) => b.id - a.id).slice(0, SHOWN);
  }

  get active(): readonly IJob[] {
    return this.items.filter(isActive);
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  /** Load the latest jobs, and follow what happens to them from then on. */
  async follow(): Promise<void> {
    const turn = ++this.turn;
    try {
      const { items, last_event } = await this.client.jobs(SHOWN);
      if (turn !== this.turn) {
        return; // nobody looks any more, or it was asked again
      }
      this.byId = new Map(items.map(job => [job.id, job]));
      this.wrong = null;
      this.feed.start(last_event);
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.wrong = problemFrom(error);
    }
    this.changed.emit();
  }

  /** Follow no more: the server went away, or nobody looks. */
  rest(): void {
    this.turn += 1;
    this.feed.stop();
  }

  async cancel(id: number): Promise<void> {
    this.put(await this.client.cancelJob(id));
  }

  async retry(id: number): Promise<void> {
    this.put(await this.client.retryJob(id));
  }

  isOpen(id: number): boolean {
    return this.logs.has(id);
  }

  logOf(id: number): readonly IJobLine[] {
    return this.logs.get(id) ?? [];
  }

  /** Show the log of a job, or hide it. */
  async toggleLog(id: number): Promise<void> {
    if (this.logs.delete(id)) {
      this.changed.emit();
      return;
    }
    this.logs.set(id, []);
    this.changed.emit();
    await this.readLog(id);
  }

  dispose(): void {
    this.turn += 1;
    this.feed.dispose();
    Signal.clearData(this);
  }

  private onNews(news: JobNews): void {
    if (news.type === 'progress') {
      this.put(news.job);
    } else {
      void this.look(news.change.job);
    }
  }

  private async look(id: number): Promise<void> {
    try {
      const before = this.byId.get(id);
      const job = await this.client.job(id);
      this.put(job);
      if (!isActive(job) && (!before || isActive(before))) {
        this.ended.emit(job);
      }
    } catch (error) {
      this.wrong = problemFrom(error);
      this.changed.emit();
    }
  }

  private put(job: IJob): void {
    const known = this.byId.get(job.id);
    if (known?.ended_at && !job.ended_at) {
      return; // progress that was overtaken by the end
    }
    this.byId.set(job.id, job);
    this.changed.emit();
    if (this.logs.has(job.id)) {
      void this.readLog(job.id);
    }
  }

  private async readLog(id: number): Promise<void> {
    try {
      const known = this.logs.get(id) ?? [];
      const more = await this.client.jobLog(id, known.at(-1)?.id ?? 0);
      const now = this.logs.get(id);
      if (now && more.length > 0) {
        const last = now.at(-1)?.id ?? 0; // two may have asked at once
        this.logs.set(id, [...now, ...more.filter(line => line.id > last)]);
        this.changed.emit();
      }
    } catch (error) {
      this.wrong = problemFrom(error);
      this.changed.emit();
    }
  }

  private turn = 0;
  private readonly feed: JobFeed;
  private byId = new Map<number, IJob>();
  private readonly logs = new Map<number, IJobLine[]>();
  private wrong: Problem | null = null;
}

export function isActive(job: IJob): boolean {
  return job.state === 'queued' || job.state === 'running';
}

/** How far a job is, from 0 to 1; undefined where nobody can tell. */
export function shareOf(job: IJob): number | undefined {
  const { bytes_done, bytes_total } = job.progress;
  return bytes_total ? Math.min(bytes_done / bytes_total, 1) : undefined;
}
