/**
 * News of jobs: over a WebSocket as they happen, and by asking where a proxy lets no WebSocket through.
 *
 * Both tell of the same numbered changes, so what one has told is where the other goes on, and nothing is missed.
 */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { Client } from './client';
import type { JobNews } from './types';

export interface IFeedTimes {
  /** Milliseconds between two questions while there is no WebSocket. */
  ask: number;
  /** Milliseconds before the WebSocket is tried again; doubled each time up to the most. */
  reconnect: number;
  most: number;
}

const TIMES: IFeedTimes = { ask: 3_000, reconnect: 2_000, most: 60_000 };

export class JobFeed implements IDisposable {
  constructor(
    private readonly client: Client,
    private readonly times: IFeedTimes = TIMES
  ) {}

  readonly news = new Signal<this, JobNews>(this);

  /** Whether the news come by themselves; false while we ask. */
  get isLive(): boolean {
    return this.live;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Follow what happens after a change that is known; nothing once it was disposed of. */
  start(after: number): void {
    this.stop();
    if (this.disposed) {
      return;
    }
    this.after = after;
    this.wanted = true;
    this.connect();
  }

  /** Follow no more, until the next start. */
  stop(): void {
    this.turn += 1;
    this.wanted = false;
    this.live = false;
    clearTimeout(this.timer);
    this.askNoMore();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.stop();
    Signal.clearData(this);
  }

  private connect(): void {
    let socket: WebSocket;
    try {
      socket = this.client.transport.socket('jobs/live', { after: this.after });
    } catch {
      this.lost(); // a policy of the page forbids WebSockets
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      if (socket === this.socket) {
        this.live = true;
        this.tries = 0;
        this.askNoMore();
      }
    };
    socket.onmessage = event => {
      if (socket === this.socket) {
        this.tell(JSON.parse(String(event.data)) as JobNews);
      }
    };
    socket.onerror = () => {}; // a close follows, and says all that there is to say
    socket.onclose = () => {
      if (socket === this.socket) {
        this.socket = null;
        this.lost();
      }
    };
  }

  private lost(): void {
    this.live = false;
    if (!this.wanted) {
      return;
    }
    const pause = Math.min(this.times.reconnect * 2 ** this.tries, this.times.most);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), pause);
    this.asking ??= setTimeout(() => void this.ask(), this.times.ask);
  }

  private async ask(): Promise<void> {
    const { turn } = this;
    try {
      const changes = await this.client.jobChanges(this.after);
      for (const change of turn === this.turn ? changes : []) {
        this.tell({ type: 'change', change });
      }
    } catch {
      // The panel says that the server does not answer; here we only ask again.
    }
    if (turn !== this.turn) {
      return; // it was stopped meanwhile, and perhaps started again: then that asks
    }
    this.asking = undefined;
    if (this.wanted && !this.live) {
      this.asking = setTimeout(() => void this.ask(), this.times.ask);
    }
  }

  private askNoMore(): void {
    clearTimeout(this.asking);
    this.asking = undefined;
  }

  private tell(news: JobNews): void {
    if (news.type === 'change') {
      if (news.change.id <= this.after) {
        return;
      }
      this.after = news.change.id;
    }
    this.news.emit(news);
  }

  private after = 0;
  private turn = 0;
  private wanted = false;
  private live = false;
  private disposed = false;
  private tries = 0;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: ReturnType<typeof setTimeout> | undefined;
}
