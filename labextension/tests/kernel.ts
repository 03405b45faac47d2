/** The line to a kernel whose answers a test writes: a model as anywidget hands it to a module. */

import type { IAnyModel } from '../src/widgets/anywidget';

export interface IMessage {
  id: string;
  path: string;
  method: string;
  query?: Record<string, unknown>;
  accept?: string;
  body?: unknown;
}

interface IAnswer {
  told?: unknown;
  headers?: Record<string, string>;
  bytes?: Uint8Array;
  problem?: { code: string; detail: string; hint: string; details?: Record<string, unknown> };
}

export class TestKernel implements IAnyModel {
  constructor(private readonly traits: Record<string, unknown> = {}) {}

  /** All that was asked, in order. */
  readonly asked: IMessage[] = [];

  /** Bytes that came beside the words, in order. */
  readonly parts: ArrayBuffer[] = [];

  /** How often the traits were sent. */
  saved = 0;

  /** What is answered, by path; what has no answer is left waiting. */
  readonly answers: Record<string, (asked: IMessage) => IAnswer> = {};

  get(name: string): unknown {
    return this.traits[name];
  }

  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.tell(`change:${name}`);
  }

  save_changes(): void {
    this.saved += 1;
  }

  send(content: unknown, ...more: unknown[]): void {
    const asked = content as IMessage;
    this.parts.push(...((more[1] ?? []) as ArrayBuffer[]));
    this.asked.push(asked);
    const answer = this.answers[asked.path];
    if (answer) {
      const { bytes, ...told } = answer(asked);
      // What comes over a line comes later, and as JSON.
      const message: unknown = JSON.parse(JSON.stringify({ id: asked.id, ...told }));
      const buffers = bytes ? [viewOf(bytes)] : [];
      queueMicrotask(() => this.tell('msg:custom', message, buffers));
    }
  }

  on(event: string, heard: (...told: never[]) => void): void {
    this.heard.push([event, heard as (...told: unknown[]) => void]);
  }

  off(event: string, heard: (...told: never[]) => void): void {
    const place = this.heard.findIndex(([name, each]) => name === event && each === heard);
    this.heard.splice(place, place < 0 ? 0 : 1);
  }

  get listeners(): number {
    return this.heard.length;
  }

  private tell(event: string, ...told: unknown[]): void {
    for (const [name, heard] of [...this.heard]) {
      if (name === event) {
        heard(...told);
      }
    }
  }

  private readonly heard: [string, (...told: unknown[]) => void][] = [];
}

/** Give a view that begins within its buffer, as those do that came with others in one message. */
function viewOf(bytes: Uint8Array): DataView {
  const whole = new Uint8Array(bytes.length + 8);
  whole.set(bytes, 8);
  return new DataView(whole.buffer, 8);
}
