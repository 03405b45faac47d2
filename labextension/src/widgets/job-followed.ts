/** One job, followed by asking the kernel how far it is. */

import { Signal } from '@lumino/signaling';

import type { Client, IJob, IJobLine, Problem } from '../api';
import { isActive, problemFrom, shareOf } from '../models';
import type { IJobsShown } from '../panel/jobs';
import type { Traits } from './traits';

/** Milliseconds between two looks at a job that is at work; the kernel has other things to do. */
const LOOK = 1_000;

/** One job, and those that were made of it by doing it again: the latest is followed. */
export class JobFollowed implements IJobsShown {
  constructor(
    private readonly client: Client,
    private readonly traits: Traits,
    private readonly every = LOOK
  ) {
    void this.look();
    traits.follow(['job'], () => void this.look());
  }

  readonly changed = new Signal<this, void>(this);
  items: readonly IJob[] = [];
  problem: Problem | null = null;

  isOpen(id: number): boolean {
    return this.logs.has(id);
  }

  logOf(id: number): readonly IJobLine[] {
    return this.logs.get(id) ?? [];
  }

  async toggleLog(id: number): Promise<void> {
    if (!this.logs.delete(id)) {
      this.logs.set(id, await this.client.jobLog(id, 0));
    }
    this.changed.emit();
  }

  async cancel(id: number): Promise<void> {
    this.put(await this.client.cancelJob(id));
  }

  async retry(id: number): Promise<void> {
    const job = await this.client.retryJob(id);
    this.put(job);
    this.traits.put({ job: job.id });
  }

  /** Do what a button asks for; why it could not be done is told below the job. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.problem = null;
    } catch (error) {
      this.problem = problemFrom(error);
    }
    this.changed.emit();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.isDone = true;
    this.traits.dispose();
    Signal.clearData(this);
  }

  /** Look how far the job is, and again while it is at work. */
  private async look(): Promise<void> {
    clearTimeout(this.timer);
    await this.attempt(async () => {
      const id = this.traits.number('job');
      this.put(await this.client.job(id));
      if (this.isOpen(id)) {
        this.logs.set(id, await this.client.jobLog(id, 0));
      }
    });
    const [job] = this.items;
    if (!this.isDone && (!job || isActive(job))) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.look(), this.every);
    }
  }

  private put(job: IJob): void {
    if (this.isDone) {
      return;
    }
    this.items = [job];
    const share = job.state === 'succeeded' ? 1 : (shareOf(job) ?? 0);
    this.traits.put({ state: job.state, share });
    this.changed.emit();
  }

  private readonly logs = new Map<number, IJobLine[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDone = false;
}
