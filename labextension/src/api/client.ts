/** One method for each route that the panel needs. */

import type {
  DatasetSort,
  ICommit,
  IDataset,
  IDatasetPage,
  IJob,
  IJobLine,
  IJobs,
  IJobChange,
  IPage,
  IReady,
  IRef,
  ITable,
  RefKind
} from './types';
import { pathOf, type Transport } from './transport';
import { Uploads } from './uploads';

export interface IDatasetsAsked {
  search: string;
  sort: DatasetSort;
  deleted: boolean;
  limit: number;
  cursor?: string | undefined;
}

export class Client {
  constructor(readonly transport: Transport) {
    this.uploads = new Uploads(transport);
  }

  readonly uploads: Uploads;

  /** Ask whether our part of the server and its store answer, and under whose name we act. */
  ready(): Promise<IReady> {
    return this.transport.ask('health/ready', { background: true });
  }

  datasets(asked: IDatasetsAsked, background = false): Promise<IDatasetPage> {
    const query = { ...asked, deleted: asked.deleted || undefined };
    return this.transport.ask('datasets', { query, background });
  }

  createDataset(name: string, description: string): Promise<IDataset> {
    return this.transport.ask('datasets', { method: 'POST', body: { name, description } });
  }

  describeDataset(name: string, description: string): Promise<IDataset> {
    return this.transport.ask(pathOf('datasets', name), { method: 'PATCH', body: { description } });
  }

  deleteDataset(name: string): Promise<void> {
    return this.transport.ask(pathOf('datasets', name), { method: 'DELETE' });
  }

  restoreDataset(name: string): Promise<IDataset> {
    return this.transport.ask(pathOf('datasets', name, 'restore'), { method: 'POST' });
  }

  async refs(dataset: string, background = false): Promise<IRef[]> {
    const path = pathOf('datasets', dataset, 'refs');
    return (await this.transport.ask<IPage<IRef>>(path, { background })).items;
  }

  createRef(dataset: string, name: string, kind: RefKind, at: string): Promise<IRef> {
    const path = pathOf('datasets', dataset, 'refs');
    return this.transport.ask(path, { method: 'POST', body: { name, kind, at } });
  }

  protectRef(dataset: string, ref: string, isProtected: boolean): Promise<IRef> {
    const path = pathOf('datasets', dataset, 'refs', ref);
    return this.transport.ask(path, { method: 'PATCH', body: { protected: isProtected } });
  }

  /** Delete a ref; refused where it points elsewhere than we saw, so that nobody's new commit loses its name. */
  deleteRef(dataset: string, ref: IRef): Promise<void> {
    const path = pathOf('datasets', dataset, 'refs', ref.name);
    return this.transport.ask(path, { method: 'DELETE', ifMatch: `"${ref.commit}"` });
  }

  async tables(dataset: string, at: string): Promise<ITable[]> {
    const path = pathOf('datasets', dataset, 'tables');
    return (await this.transport.ask<IPage<ITable>>(path, { query: { at } })).items;
  }

  commits(dataset: string, at: string, limit: number, cursor?: string): Promise<IPage<ICommit>> {
    const path = pathOf('datasets', dataset, 'commits');
    return this.transport.ask(path, { query: { at, limit, cursor } });
  }

  commit(dataset: string, id: string): Promise<ICommit> {
    return this.transport.ask(pathOf('datasets', dataset, 'commits', id));
  }

  jobs(limit: number): Promise<IJobs> {
    return this.transport.ask('jobs', { query: { limit }, background: true });
  }

  job(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id), { background: true });
  }

  async jobChanges(after: number): Promise<IJobChange[]> {
    const asked = { query: { after }, background: true };
    return (await this.transport.ask<IPage<IJobChange>>('jobs/events', asked)).items;
  }

  async jobLog(id: number, after: number): Promise<IJobLine[]> {
    const asked = { query: { after }, background: true };
    return (await this.transport.ask<IPage<IJobLine>>(pathOf('jobs', id, 'log'), asked)).items;
  }

  cancelJob(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id, 'cancel'), { method: 'POST' });
  }

  retryJob(id: number): Promise<IJob> {
    return this.transport.ask(pathOf('jobs', id, 'retry'), { method: 'POST' });
  }
}
