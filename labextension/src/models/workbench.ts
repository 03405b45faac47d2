/** What the panel shows: the connection, the datasets, those that are opened, the jobs; kept up to date while seen. */

import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import type { Client, Problem } from '../api';
import { AccessModel } from './access';
import { ConnectionModel } from './connection';
import { DatasetModel } from './dataset';
import { DatasetsModel } from './datasets';
import { JobsModel } from './jobs';

export interface IWorkbenchOptions {
  client: Client;
  /** Milliseconds between two looks at what others changed. */
  interval?: number;
}

export class WorkbenchModel {
  constructor(options: IWorkbenchOptions) {
    this.client = options.client;
    this.connection = new ConnectionModel(this.client);
    this.access = new AccessModel(this.client);
    this.datasets = new DatasetsModel(this.client);
    this.jobs = new JobsModel(this.client);
    this.jobs.ended.connect(() => void this.refresh(), this);
    const interval = options.interval ?? 5_000;
    this.poll = new Poll({
      auto: false,
      name: 'dsa-workbench:refresh',
      factory: () => this.look(),
      frequency: { interval, backoff: true, max: Math.max(60_000, interval) },
      standby: () => (this.visible ? 'when-hidden' : true)
    });
  }

  readonly client: Client;
  readonly connection: ConnectionModel;
  readonly access: AccessModel;
  readonly datasets: DatasetsModel;
  readonly jobs: JobsModel;

  /** Something changed that is no part of the models above: which datasets are open. */
  readonly changed = new Signal<this, void>(this);

  get opened(): ReadonlyMap<string, DatasetModel> {
    return this.open;
  }

  /** Whether anybody looks. */
  get isVisible(): boolean {
    return this.visible;
  }

  /** Open the connection, and follow the jobs from then on; nothing is asked where it is open. */
  async connect(): Promise<boolean> {
    if (this.connection.isReady) {
      return true;
    }
    if (!(await this.connection.check())) {
      this.jobs.rest();
      return false;
    }
    await Promise.all([this.jobs.follow(), this.access.check()]);
    return true;
  }

  /** Say whether anybody looks; datasets are asked for only while somebody does. */
  setVisible(visible: boolean): void {
    const appeared = visible && !this.visible;
    this.visible = visible;
    if (appeared) {
      void (this.poll.state.phase === 'constructed' ? this.poll.start() : this.poll.refresh());
    }
  }

  setInterval(interval: number): void {
    this.poll.frequency = { interval, backoff: true, max: Math.max(60_000, interval) };
  }

  /** Look again at all that is shown, because a person wants to. */
  async refresh(): Promise<void> {
    await this.poll.refresh();
    await Promise.all([this.poll.tick.catch(() => undefined), this.access.check()]);
  }

  toggle(name: string, isOpen = !this.open.has(name)): DatasetModel | undefined {
    const known = this.open.get(name);
    if (isOpen === (known !== undefined)) {
      return known;
    }
    if (known) {
      this.open.delete(name);
      Signal.clearData(known);
      this.changed.emit();
      return undefined;
    }
    const dataset = new DatasetModel(this.client, name);
    this.open.set(name, dataset);
    dataset.changed.connect(() => this.changed.emit(), this);
    this.changed.emit();
    void dataset.refresh();
    return dataset;
  }

  async createDataset(name: string, description: string): Promise<void> {
    await this.client.createDataset(name, description);
    await this.datasets.load();
  }

  async describeDataset(name: string, description: string): Promise<void> {
    await this.client.describeDataset(name, description);
    await this.datasets.refresh();
  }

  async deleteDataset(name: string): Promise<void> {
    await this.client.deleteDataset(name);
    this.toggle(name, false);
    await this.datasets.load();
  }

  async restoreDataset(name: string): Promise<void> {
    await this.client.restoreDataset(name);
    await this.datasets.load();
  }

  dispose(): void {
    this.poll.dispose();
    this.jobs.dispose();
    Signal.clearData(this);
  }

  /** One round: connect where we are not, else look at what is shown. Throws for the poll to wait longer each time. */
  private async look(): Promise<void> {
    if (!this.connection.isReady) {
      if (!(await this.connect())) {
        throw new Error('The server is not ready.');
      }
      await this.datasets.load();
    } else {
      const before = this.datasets.items;
      await this.datasets.refresh();
      if (before !== this.datasets.items) {
        await this.connection.check(); // the store takes something else by now
      }
    }
    await Promise.all([...this.open.values()].map(dataset => dataset.refresh(true)));
    const problem = this.problem();
    if (problem?.passes) {
      this.connection.note(problem);
      throw problem;
    }
    this.forgetDeleted();
  }

  private problem(): Problem | null {
    const problems = [this.datasets, ...this.open.values()].map(model => model.problem);
    return problems.find(problem => problem !== null) ?? null;
  }

  /** Close what somebody else has deleted, once it is gone from a list that is whole. */
  private forgetDeleted(): void {
    if (this.datasets.search || this.datasets.hasMore || this.datasets.deleted) {
      return;
    }
    const names = new Set(this.datasets.items.map(item => item.name));
    for (const name of this.open.keys()) {
      if (!names.has(name)) {
        this.toggle(name, false);
      }
    }
  }

  private readonly open = new Map<string, DatasetModel>();
  private readonly poll: Poll;
  private visible = false;
}
