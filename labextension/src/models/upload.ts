/** One file on its way to the server: in parts, each with its digest, taken up again where a connection broke. */

import { Signal } from '@lumino/signaling';

import { CANCELLED, type Client, type IPart, type IPlace, type IUpload, Problem } from '../api';
import { problemFrom } from './connection';

/** Where a file comes from: the reader's own disk, or the folder that the file browser shows. */
export type Source =
  { kind: 'file'; name: string; file: Blob } | { kind: 'server'; name: string; path: string };

export type UploadState =
  | 'waiting'
  | 'sending'
  /** The connection broke, and it goes on by itself. */
  | 'broken'
  | 'here'
  | 'failed'
  | 'cancelled';

export interface IUploadTimes {
  /** Milliseconds before it is tried again after a break; doubled each time up to the most. */
  pause: number;
  most: number;
}

const TIMES: IUploadTimes = { pause: 1_000, most: 30_000 };

/** The least and the most of a part, whatever the server says, in bytes. */
const PART = { least: 64 << 10, most: 16 << 20 };

/** How often in a row a part may arrive with another digest before a person is told. */
const MISMATCHES = 3;

export class Upload {
  constructor(
    private readonly client: Client,
    readonly place: IPlace,
    readonly source: Source,
    private readonly times: IUploadTimes = TIMES
  ) {}

  readonly changed = new Signal<this, void>(this);

  /** The name of the upload on the server; absent before it has begun. */
  get id(): string | undefined {
    return this.told?.id;
  }

  get state(): UploadState {
    return this.current;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  /** Bytes that are on the server's disk. */
  get offset(): number {
    return this.told?.offset ?? 0;
  }

  /** Bytes of the whole; unknown of a file of the server until it was taken. */
  get size(): number | undefined {
    return this.source.kind === 'file' ? this.source.file.size : this.told?.size;
  }

  /** Bytes a second since it began, or went on; undefined while nobody can tell. */
  get rate(): number | undefined {
    const seconds = (performance.now() - this.since.time) / 1000;
    const sent = this.offset - this.since.offset;
    return this.current === 'sending' && sent > 0 && seconds > 0 ? sent / seconds : undefined;
  }

  get secondsLeft(): number | undefined {
    const { rate, size } = this;
    return rate === undefined || size === undefined ? undefined : (size - this.offset) / rate;
  }

  /** Bring the file; done when it is here, failed or cancelled. Called again, it goes on where it failed. */
  async run(): Promise<void> {
    if (this.current === 'sending' || this.current === 'broken' || this.current === 'here') {
      return;
    }
    this.aborter = new AbortController();
    this.mismatches = this.tries = 0;
    this.go('sending');
    try {
      await (this.source.kind === 'server'
        ? this.take(this.source.path)
        : this.send(this.source.file));
      this.go('here');
    } catch (error) {
      const problem = problemFrom(error);
      if (problem.code !== CANCELLED) {
        this.wrong = problem;
        this.go('failed');
      }
    }
  }

  /** Stop, and have the server forget what is there. */
  async cancel(): Promise<void> {
    this.go('cancelled');
    this.aborter.abort();
    this.wake();
    if (this.told) {
      await this.client.uploads.abort(this.place, this.told.id);
    }
  }

  /** Try again at once after a break. */
  retry(): void {
    this.wake();
  }

  /** Have nothing more to do with it: an import has taken it. */
  dispose(): void {
    Signal.clearData(this);
  }

  private async take(path: string): Promise<void> {
    const { uploads } = this.client;
    this.told = await uploads.take(this.place, this.source.name, path, this.aborter.signal);
  }

  private async send(file: Blob): Promise<void> {
    const { uploads } = this.client;
    const { signal } = this.aborter;
    while (!this.told) {
      await this.patiently(async () => {
        this.told = await uploads.begin(this.place, this.source.name, file.size, signal);
      });
    }
    const { id } = this.told;
    const length = Math.min(Math.max(this.told.part_bytes, PART.least), PART.most);
    while (this.offset < file.size) {
      await this.patiently(async () => {
        if (this.current === 'broken') {
          this.arrived(await uploads.look(this.place, id, signal));
          this.since = { time: performance.now(), offset: this.offset };
          this.go('sending');
        } else {
          const part = await this.read(file.slice(this.offset, this.offset + length));
          this.arrived(await uploads.part(this.place, id, part, signal));
          this.tries = this.mismatches = 0;
        }
      });
    }
  }

  /** Read a part and its digest; pages that are not secure may not compute any. */
  private async read(piece: Blob): Promise<IPart> {
    const { offset } = this;
    let bytes: ArrayBuffer;
    try {
      bytes = await piece.arrayBuffer();
    } catch {
      throw new Problem(
        0,
        'file_unreadable',
        `${this.source.name} can be read no more: it was changed or removed since it was chosen.`,
        'Choose it again.'
      );
    }
    const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
    return { offset, bytes, digest: await subtle?.digest('SHA-256', bytes) };
  }

  private arrived(told: IUpload): void {
    this.told = told;
    this.changed.emit();
  }

  /** Do a step; where the connection breaks, wait, and let the next step find out how far it came. */
  private async patiently(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const problem = problemFrom(error);
      if (this.goesOn(problem)) {
        return;
      }
      if (!canPass(problem)) {
        throw problem;
      }
      this.wrong = problem;
      this.go('broken');
      await this.pause();
    }
    if (this.aborter.signal.aborted) {
      throw new Problem(0, CANCELLED, 'It was cancelled.');
    }
  }

  /** Take the offset that the server gives for a part that did not fit or came damaged; false where it gives none. */
  private goesOn(problem: Problem): boolean {
    const { offset } = problem.details;
    if (typeof offset !== 'number' || !this.told || ++this.mismatches >= MISMATCHES) {
      return false;
    }
    this.arrived({ ...this.told, offset });
    return true;
  }

  private async pause(): Promise<void> {
    const length = Math.min(this.times.pause * 2 ** this.tries++, this.times.most);
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, length);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private go(state: UploadState): void {
    if (this.current === 'cancelled') {
      return;
    }
    if (state === 'sending') {
      this.wrong = null;
      this.since = { time: performance.now(), offset: this.offset };
    }
    this.current = state;
    this.changed.emit();
  }

  private told: IUpload | undefined;
  private current: UploadState = 'waiting';
  private wrong: Problem | null = null;
  private since = { time: 0, offset: 0 };
  private aborter = new AbortController();
  private wake = () => {};
  private tries = 0;
  private mismatches = 0;
}

/** Whether a problem may go by itself: the server is away, or still holds the part whose connection broke. */
function canPass(problem: Problem): boolean {
  const waits = problem.code === 'upload_conflict' && problem.details.offset === undefined;
  return problem.passes || problem.status === 502 || problem.status === 429 || waits;
}
