/** A real HTTP server on loopback whose answers a test writes, and a client that asks it. */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ServerConnection } from '@jupyterlab/services';

import { Client, Transport } from '../src/api';

export interface IAnswer {
  status?: number;
  body?: unknown;
  /** What is answered where it is no JSON. */
  bytes?: Uint8Array;
  etag?: string;
  type?: string;
}

export interface IAsked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export class TestServer {
  /** All that was asked, in order. */
  readonly asked: IAsked[] = [];

  /** What is answered, by method and path: `GET datasets`. */
  readonly answers: Record<string, (asked: IAsked) => IAnswer | Promise<IAnswer>> = {};

  async start(): Promise<Client> {
    this.server = createServer((request, response) => {
      void (async () => {
        const url = new URL(request.url ?? '', 'http://localhost');
        let body = '';
        for await (const piece of request) {
          body += String(piece);
        }
        const path = url.pathname.replace('/user/ann/dsa/api/v1/', '');
        const method = request.method ?? '';
        const asked = { method, path, query: url.searchParams, headers: request.headers, body };
        this.asked.push(asked);
        const answer = this.answers[`${method} ${path}`];
        const {
          status = 200,
          body: told,
          bytes,
          etag,
          type
        } = answer ? await answer(asked) : NOT_OURS;
        const fresh = etag !== undefined && request.headers['if-none-match'] === etag;
        response.writeHead(fresh ? 304 : status, {
          'Content-Type': type ?? 'application/json',
          ...(etag === undefined ? {} : { ETag: etag })
        });
        const text = told === undefined ? '' : JSON.stringify(told);
        response.end(fresh ? '' : (bytes ?? text));
      })();
    });
    await new Promise<void>(resolve => this.server!.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    const settings = ServerConnection.makeSettings({
      baseUrl: `http://127.0.0.1:${port}/user/ann/`,
      wsUrl: `ws://127.0.0.1:${port}/user/ann/`,
      token: 'secret'
    });
    return new Client(new Transport(settings));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise(resolve => this.server?.close(resolve));
  }

  get http(): Server {
    return this.server!;
  }

  private server: Server | undefined;
}

/** What Jupyter Server answers where an extension is not there. */
const NOT_OURS: IAnswer = { status: 404, body: { message: 'Not Found', reason: null } };

export function problem(status: number, code: string, detail: string, hint = ''): IAnswer {
  const body = { type: 'about:blank', title: '', status, code, detail, hint, request_id: 'abc' };
  return { status, body, type: 'application/problem+json' };
}

/** Wait until something is so. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 4_000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`It did not come to be so: ${holds.toString()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

export function ref(name: string, commit: string, more = {}) {
  const updated = { updated_at: '2026-03-01T10:00:00Z', updated_by: 'ann' };
  return { name, kind: 'branch' as const, commit, protected: false, ...updated, ...more };
}

export function dataset(name: string, more = {}) {
  const created = { created_at: '2026-03-01T10:00:00Z', created_by: 'ann' };
  return { name, description: '', ...created, ...more };
}

export function commit(id: string, summary = {}) {
  const time = '2026-03-01T10:00:00Z';
  return { id, parents: [], author: 'ann', message: `Commit ${id}`, time, summary, refs: [] };
}

export function job(id: number, state: string, more = {}) {
  return {
    id,
    kind: 'import' as const,
    about: `Import ${id}.csv`,
    state,
    actor: 'ann',
    created_at: '2026-03-01T10:00:00Z',
    progress: { phase: 'rows', rows: 0, bytes_done: 0 },
    durable: true,
    attempts: 1,
    ...more
  };
}
