/** What a request is, whatever carries it: HTTP in the panel, the line between a widget and its kernel in a notebook. */

/** What stands behind the question mark; a list is a parameter that is given several times. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface IAsk {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** Bytes that are sent as they are, instead of a body in JSON. */
  bytes?: ArrayBuffer;
  headers?: Record<string, string>;
  /** Aborts the request, which is then a problem with the code `cancelled`. */
  signal?: AbortSignal;
  /** The entity tag that is expected; a write is refused where it is another. */
  ifMatch?: string;
  /** Asked by a clock and not by a person: it shall not keep an idle server awake. */
  background?: boolean;
  /** It is a route of Jupyter Server itself, and none of ours. */
  isOfServer?: boolean;
}

export interface IBytesAsked {
  query?: Query;
  /** A body in JSON; what is asked is a POST then. */
  body?: unknown;
  /** The media type that is wanted. */
  accept: string;
  /** What is asked for never changes, so that the browser need not ask again: it was named by a commit's whole id. */
  immutable?: boolean;
  signal?: AbortSignal;
}

export interface IBytes {
  bytes: Uint8Array<ArrayBuffer>;
  headers: Headers;
}

/** Carries requests and answers; whoever asks need not know over what. */
export interface ICarrier {
  /** Give what was answered in JSON; an answer that has no body is `undefined`. */
  ask<T>(path: string, ask?: IAsk): Promise<T>;
  /** Ask for something that is no JSON: a stream of Arrow, a file. */
  bytes(path: string, ask: IBytesAsked): Promise<IBytes>;
  /** Give the address of something that is to be downloaded. */
  href(path: string, query: Query): string;
  socket(path: string, query: Record<string, string | number>): WebSocket;
}

/** Join the parts of a path; names may hold slashes, which are percent-encoded. */
export function pathOf(...parts: (string | number)[]): string {
  return parts.map(part => encodeURIComponent(part)).join('/');
}
