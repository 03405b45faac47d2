/** A query as a document shows it: its text, what came of it, and what was run before. */

import { Signal } from '@lumino/signaling';

import { ARROW_STREAM, CANCELLED, type Client, type Problem } from '../api';
import { Columns } from '../parts/columns';
import { problemFrom } from './connection';
import { ResultSource } from './result';

/** Rows that may be shown at most; the reader chooses. */
export const LIMITS: readonly number[] = [1_000, 10_000, 100_000];

/** Queries that are remembered. */
const REMEMBERED = 30;

/** What a result can be written as: the ending of the file, and its media type. */
export const RESULT_FORMATS = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
  jsonl: 'application/x-ndjson'
} as const;

export type ResultFormat = keyof typeof RESULT_FORMATS;

export interface IResult {
  readonly statement: string;
  readonly source: ResultSource;
  /** The commit of each version that was read, by its name in the query. */
  readonly versions: Readonly<Record<string, string>>;
  /** Whether there are more rows than are shown. */
  readonly hasMore: boolean;
  readonly seconds: number;
}

export interface IQueryOptions {
  client: Client;
  text?: string | undefined;
  /** Queries that were run before, latest first. */
  history?: readonly string[];
}

export class QueryModel {
  constructor({ client, text = '', history = [] }: IQueryOptions) {
    this.client = client;
    this.written = text;
    this.past = history.slice(0, REMEMBERED);
  }

  readonly client: Client;
  readonly changed = new Signal<this, void>(this);

  /** Another text is to stand in the editor: one of the history. */
  readonly textSet = new Signal<this, string>(this);

  get text(): string {
    return this.written;
  }

  /** Note what was typed. */
  set text(text: string) {
    if (text !== this.written) {
      this.written = text;
      this.changed.emit();
    }
  }

  get history(): readonly string[] {
    return this.past;
  }

  get limit(): number {
    return this.most;
  }

  get result(): IResult | null {
    return this.found;
  }

  get problem(): Problem | null {
    return this.wrong;
  }

  /** The line of the query in which a fault is, from 1; undefined where nobody can tell. */
  get problemLine(): number | undefined {
    const line = this.wrong?.details.line;
    return typeof line === 'number' ? line : undefined;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Whether there is something to run. */
  get isEmpty(): boolean {
    return this.written.trim() === '';
  }

  setLimit(limit: number): void {
    this.most = limit;
    this.changed.emit();
  }

  /** Put a query of the history into the editor. */
  recall(statement: string): void {
    this.text = statement;
    this.textSet.emit(statement);
  }

  /** Run what is written; what still runs is ended. What came before stays until there is something new. */
  async run(): Promise<void> {
    const statement = this.written;
    if (this.isEmpty) {
      return;
    }
    this.running?.abort();
    const turn = (this.running = new AbortController());
    const limit = this.most;
    const began = performance.now();
    this.wrong = null;
    this.past = [statement, ...this.past.filter(past => past !== statement)].slice(0, REMEMBERED);
    this.changed.emit();
    try {
      // One more than is shown tells whether there are more.
      const asked = { statement, limit: limit + 1 };
      const { bytes, versions } = await this.client.query(asked, ARROW_STREAM, turn.signal);
      const rows = Columns.read(bytes);
      if (turn === this.running) {
        const source = new ResultSource(rows, Math.min(rows.rows, limit));
        const seconds = (performance.now() - began) / 1000;
        this.found = { statement, source, versions, hasMore: rows.rows > limit, seconds };
      }
    } catch (error) {
      const problem = problemFrom(error);
      if (turn === this.running && problem.code !== CANCELLED) {
        this.wrong = problem;
      }
    }
    if (turn === this.running) {
      this.running = null;
      this.changed.emit();
    }
  }

  /** End what runs. */
  cancel(): void {
    this.running?.abort();
  }

  /** Write all rows of the result as a file, of the versions that are shown. */
  async file(format: ResultFormat): Promise<Blob> {
    const { found } = this;
    if (!found) {
      throw new Error('There is no result.');
    }
    const { statement, versions } = found;
    const type = RESULT_FORMATS[format];
    const asked = { statement, versions, limit: null };
    const { bytes } = await this.client.query(asked, type, this.closing.signal);
    return new Blob([bytes], { type });
  }

  dispose(): void {
    this.running?.abort();
    this.running = null;
    this.closing.abort();
    Signal.clearData(this);
  }

  private written: string;
  private past: readonly string[];
  private most = LIMITS[1]!;
  private found: IResult | null = null;
  private wrong: Problem | null = null;
  private running: AbortController | null = null;
  private readonly closing = new AbortController();
}
