/** Carries the requests of the panel's models to the kernel: JSON there, JSON or the bytes of a stream back. */

import type { IAsk, IBytes, IBytesAsked, ICarrier, Query } from '../api/carrier';
import { CANCELLED, Problem } from '../api/problem';
import { bytesOf, hear, type IAnyModel } from './anywidget';

interface IWaiting {
  give: (answer: { told: unknown; bytes: Uint8Array<ArrayBuffer>; headers: Headers }) => void;
  fail: (problem: Problem) => void;
}

/** What the kernel says of a request that it refused. */
interface IToldProblem {
  code: string;
  detail: string;
  hint: string;
  details?: Record<string, unknown>;
}

export class KernelCarrier implements ICarrier {
  constructor(private readonly model: IAnyModel) {
    this.deaf = hear(model, (content, buffers) => this.hear(content, buffers));
  }

  async ask<T>(path: string, ask: IAsk = {}): Promise<T> {
    const { method = 'GET', query, body, bytes, headers, signal } = ask;
    return (await this.send({ path, method, query, body, headers }, signal, bytes)).told as T;
  }

  async bytes(path: string, { query, accept, signal }: IBytesAsked): Promise<IBytes> {
    const { bytes, headers } = await this.send({ path, method: 'GET', query, accept }, signal);
    return { bytes, headers };
  }

  /** Give an address that `download` understands: the browser cannot fetch from a kernel by itself. */
  href(path: string, query: Query): string {
    return JSON.stringify({ path, query });
  }

  socket(): WebSocket {
    throw new Problem(501, 'unsupported', 'A kernel has no socket.');
  }

  /** Fetch what an address of `href` names, and have the browser save it. */
  async download(href: string): Promise<void> {
    const { path, query } = JSON.parse(href) as { path: string; query: Query };
    const { bytes, headers } = await this.bytes(path, { query, accept: '*/*' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = headers.get('X-File-Name') ?? 'download';
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** Stop listening; what is still waited for is given up. */
  dispose(): void {
    this.deaf();
    for (const { fail } of this.waiting.values()) {
      fail(cancelled());
    }
    this.waiting.clear();
  }

  private send(
    request: Record<string, unknown>,
    signal?: AbortSignal,
    part?: ArrayBuffer
  ): Promise<{ told: unknown; bytes: Uint8Array<ArrayBuffer>; headers: Headers }> {
    const id = `${this.name}-${++this.last}`;
    return new Promise((give, fail) => {
      if (signal?.aborted) {
        fail(cancelled());
        return;
      }
      this.waiting.set(id, { give, fail });
      signal?.addEventListener('abort', () => {
        this.waiting.delete(id);
        fail(cancelled());
      });
      const message = { id, ...request };
      if (part) {
        this.model.send(message, undefined, [part]);
      } else {
        this.model.send(message);
      }
    });
  }

  private hear(content: Record<string, unknown>, buffers: readonly DataView[]): void {
    // Several views of one widget share its line: each hears the answers of all.
    const { id, told, headers, problem } = content;
    const waiting = this.waiting.get(String(id));
    if (!waiting) {
      return;
    }
    this.waiting.delete(String(id));
    if (problem) {
      const { code, detail, hint, details } = problem as IToldProblem;
      const status = code === 'not_found' ? 404 : 0;
      waiting.fail(new Problem(status, code, detail, hint, '', details));
    } else {
      const named = new Headers((headers ?? {}) as Record<string, string>);
      waiting.give({ told, bytes: bytesOf(buffers[0]), headers: named });
    }
  }

  private readonly deaf: () => void;
  private readonly waiting = new Map<string, IWaiting>();
  private readonly name = Math.random().toString(36).slice(2);
  private last = 0;
}

function cancelled(): Problem {
  return new Problem(0, CANCELLED, 'It was cancelled.');
}
