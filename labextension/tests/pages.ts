/** A source of pages whose answers a test gives by itself, one after the other. */

import { int64, tableFromArrays, tableToIPC } from '@uwdata/flechette';

import { Columns, type IColumn } from '../src/parts/columns';
import type { IPageSource } from '../src/parts/grid/source';

/** Make a page: each cell tells its row and column. */
export function pageOf(names: readonly string[], offset: number, rows: number): Columns {
  const arrays = Object.fromEntries(
    names.map(name => [name, Array.from({ length: rows }, (_, row) => BigInt(offset + row))])
  );
  const types = Object.fromEntries(names.map(name => [name, int64()]));
  return Columns.read(tableToIPC(tableFromArrays(arrays, { types }), {})!);
}

interface IRequest {
  readonly offset: number;
  readonly limit: number;
  readonly names: readonly string[] | null;
  readonly signal: AbortSignal;
  readonly resolve: (page: Columns) => void;
  readonly reject: (error: unknown) => void;
}

export class ManualSource implements IPageSource {
  constructor(
    readonly rows: number,
    width = 2
  ) {
    this.columns = Array.from({ length: width }, (_, at) => {
      return { name: `c${at}`, type: 'int64', align: 'right' };
    });
  }

  readonly columns: readonly IColumn[];

  /** All that was asked, in order. */
  readonly requests: IRequest[] = [];

  page(
    offset: number,
    limit: number,
    names: readonly string[] | null,
    signal: AbortSignal
  ): Promise<Columns> {
    return new Promise((resolve, reject) => {
      this.requests.push({ offset, limit, names, signal, resolve, reject });
    });
  }

  get offsets(): number[] {
    return this.requests.map(request => request.offset);
  }

  /** Answer a request as the server would, and let what follows happen. */
  async answer(request = this.requests.at(-1)!): Promise<void> {
    const { offset, limit, names } = request;
    request.resolve(pageOf(names ?? this.columns.map(column => column.name), offset, limit));
    await settle();
  }
}

/** Let promises that are settled tell so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
}
