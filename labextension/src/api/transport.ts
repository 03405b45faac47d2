/** The only file that speaks HTTP: URLs, headers, entity tags, and errors as `Problem`. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { IAsk, IBytes, IBytesAsked, ICarrier, Query } from './carrier';
import { CANCELLED, OFFLINE, Problem, problemOf } from './problem';

const ROOT = 'dsa/api/v1';

interface IKept {
  etag: string;
  data: unknown;
}

/** Answers that are kept for their entity tags, least used first out. */
const KEPT = 200;

export class Transport implements ICarrier {
  constructor(readonly settings: ServerConnection.ISettings) {}

  /**
   * Send a request and give what was answered; an answer of 204 is `undefined`.
   *
   * An answer with an entity tag is kept, and given again, the very same object, while the server says that it holds.
   */
  async ask<T>(path: string, ask: IAsk = {}): Promise<T> {
    const method = ask.method ?? 'GET';
    const url = this.urlOf(path, ask);
    const kept = method === 'GET' ? this.kept.get(url) : undefined;
    const response = await this.send(url, method, ask, kept?.etag);
    if (response.status === 304 && kept) {
      this.keep(url, kept);
      return kept.data as T;
    }
    if (!response.ok) {
      throw await problemOf(response);
    }
    const data = (response.status === 204 ? undefined : await bodyOf(response)) as T;
    const etag = response.headers.get('ETag');
    if (method === 'GET' && etag) {
      this.keep(url, { etag, data });
    }
    return data;
  }

  /** Ask for something that is no JSON: a stream of Arrow, a file. */
  async bytes(path: string, ask: IBytesAsked): Promise<IBytes> {
    const { query, body, signal, accept, immutable } = ask;
    const url = this.urlOf(path, { query: query ?? {} });
    const init: RequestInit = {
      ...(body === undefined
        ? { method: 'GET', headers: { Accept: accept } }
        : {
            method: 'POST',
            headers: { Accept: accept, 'Content-Type': 'application/json' },
            body: JSON.stringify(body)
          }),
      cache: immutable ? 'default' : 'no-cache'
    };
    const response = await this.request(url, init, signal);
    if (!response.ok) {
      throw await problemOf(response);
    }
    try {
      return { bytes: new Uint8Array(await response.arrayBuffer()), headers: response.headers };
    } catch (error) {
      throw signal?.aborted ? error : new Problem(0, OFFLINE, 'The answer broke off.');
    }
  }

  /** Give the address of something that the browser itself shall fetch: a download. */
  href(path: string, query: Query): string {
    const { token, appendToken } = this.settings;
    return this.urlOf(path, { query: appendToken && token ? { ...query, token } : query });
  }

  /** Open a WebSocket; browsers send cookies with it, and the token goes into the query where cookies do not do. */
  socket(path: string, query: Record<string, string | number>): WebSocket {
    const { wsUrl, token, appendToken, WebSocket: Socket } = this.settings;
    const all = appendToken && token ? { ...query, token } : query;
    return new Socket(URLExt.join(wsUrl, ROOT, path) + queryOf(all));
  }

  private urlOf(path: string, ask: IAsk): string {
    const query = ask.background ? { ...ask.query, no_track_activity: 1 } : (ask.query ?? {});
    const root = ask.isOfServer ? 'api' : ROOT;
    return URLExt.join(this.settings.baseUrl, root, path) + queryOf(query);
  }

  private async send(url: string, method: string, ask: IAsk, etag?: string): Promise<Response> {
    const headers: Record<string, string> = { ...ask.headers };
    if (ask.bytes !== undefined) {
      headers['Content-Type'] = 'application/octet-stream';
    }
    if (ask.body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (ask.ifMatch !== undefined) {
      headers['If-Match'] = ask.ifMatch;
    }
    if (etag !== undefined) {
      headers['If-None-Match'] = etag;
    }
    // Not `no-store`, the default: JupyterLab adds the time to the URL then, and our server refuses what it does not know.
    const init: RequestInit = { method, headers, cache: 'no-cache' };
    if (ask.body !== undefined) {
      init.body = JSON.stringify(ask.body);
    } else if (ask.bytes !== undefined) {
      init.body = ask.bytes;
    }
    return this.request(url, init, ask.signal);
  }

  private async request(url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    try {
      const asked = signal ? { ...init, signal } : init;
      return await ServerConnection.makeRequest(url, asked, this.settings);
    } catch (error) {
      if (signal?.aborted) {
        throw new Problem(0, CANCELLED, 'It was cancelled.');
      }
      if (error instanceof ServerConnection.NetworkError) {
        throw new Problem(0, OFFLINE, 'The server does not answer.');
      }
      throw error;
    }
  }

  private keep(url: string, kept: IKept): void {
    this.kept.delete(url);
    this.kept.set(url, kept);
    if (this.kept.size > KEPT) {
      const [oldest] = this.kept.keys();
      this.kept.delete(oldest!);
    }
  }

  private readonly kept = new Map<string, IKept>();
}

/** Read an answer; a connection that breaks while it comes is as none. */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw error;
    }
    throw new Problem(0, OFFLINE, 'The connection broke off.');
  }
}

function queryOf(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined && each !== '') {
        given.append(name, String(each));
      }
    }
  }
  return given.size ? `?${given}` : '';
}
