/** Whether the server can be talked to, and if not, why. */

import { Signal } from '@lumino/signaling';

import { type Client, type IReady, MISSING, OFFLINE, Problem } from '../api';

/** The least version of the server's part that has the routes which the panel asks. */
export const OLDEST: readonly [number, number] = [0, 1];

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'ready'; server: IReady }
  /** The server runs without our extension. */
  | { kind: 'missing' }
  | { kind: 'older'; version: string }
  | { kind: 'offline' }
  | { kind: 'refused'; problem: Problem }
  /** Our part answers and its store does not, or anything else is wrong. */
  | { kind: 'broken'; problem: Problem };

export class ConnectionModel {
  constructor(private readonly client: Client) {}

  readonly changed = new Signal<this, void>(this);

  get state(): ConnectionState {
    return this.current;
  }

  get isReady(): boolean {
    return this.current.kind === 'ready';
  }

  /** Ask the server; the state is the answer, and nothing is thrown. */
  async check(): Promise<boolean> {
    try {
      const server = await this.client.ready();
      this.set(
        isOlder(server.version)
          ? { kind: 'older', version: server.version }
          : { kind: 'ready', server }
      );
    } catch (error) {
      this.failed(problemFrom(error));
    }
    return this.isReady;
  }

  /** Note a problem that some request met, where it says something about the connection. */
  note(problem: Problem): void {
    if (problem.code === OFFLINE || problem.status === 503) {
      this.failed(problem);
    }
  }

  private failed(problem: Problem): void {
    if (problem.code === OFFLINE) {
      this.set({ kind: 'offline' });
    } else if (problem.code === MISSING) {
      this.set({ kind: 'missing' });
    } else if (problem.status === 401 || problem.status === 403) {
      this.set({ kind: 'refused', problem });
    } else {
      this.set({ kind: 'broken', problem });
    }
  }

  private set(state: ConnectionState): void {
    this.current = state;
    this.changed.emit();
  }

  private current: ConnectionState = { kind: 'connecting' };
}

/** Make a problem of whatever was thrown. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem(0, 'panel_error', detail, 'Reload the page; report it if it comes again.');
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(part => parseInt(part, 10) || 0);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
