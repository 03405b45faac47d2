/** What a line at the edge of the window tells while nobody looks at the panel: the connection, and the job at work. */

import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import type { IJob } from '../api';
import type { ConnectionState } from './connection';
import type { WorkbenchModel } from './workbench';

export class StatusModel {
  constructor(
    private readonly workbench: WorkbenchModel,
    /** Milliseconds between two looks; jobs are told of as they happen. */
    interval = 30_000
  ) {
    const retell = () => this.changed.emit();
    for (const part of [workbench.connection, workbench.jobs]) {
      part.changed.connect(retell, this);
    }
    this.poll = new Poll({
      auto: false,
      name: 'dsa-workbench:status',
      factory: () => this.look(),
      frequency: { interval, backoff: false },
      standby: 'when-hidden'
    });
  }

  readonly changed = new Signal<this, void>(this);

  get connection(): ConnectionState {
    return this.workbench.connection.state;
  }

  /** Whether the server answers, and nobody has used its store yet; to look at it would start it. */
  get isAsleep(): boolean {
    return this.asleep && this.connection.kind === 'connecting';
  }

  /** The job that is told of: the first that runs, else the first that waits. */
  get job(): IJob | undefined {
    const { active } = this;
    return [...active].reverse().find(({ state }) => state === 'running') ?? active.at(-1);
  }

  /** How many jobs run or wait. */
  get count(): number {
    return this.active.length;
  }

  start(): void {
    void this.poll.start();
  }

  dispose(): void {
    this.poll.dispose();
    Signal.clearData(this);
  }

  private get active(): readonly IJob[] {
    return this.workbench.connection.isReady ? this.workbench.jobs.active : [];
  }

  private async look(): Promise<void> {
    const { client, connection, isVisible } = this.workbench;
    if (isVisible) {
      return; // the looks of the panel tell more
    }
    try {
      this.asleep = !(await client.live()).store_open;
    } catch {
      await connection.check(); // tells why
      return;
    }
    if (!this.asleep) {
      await this.workbench.connect();
    }
    this.changed.emit();
  }

  private asleep = false;
  private readonly poll: Poll;
}
