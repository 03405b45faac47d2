/** Why a request was not done, in words for people and a code for programs. */

/** Codes of what never reached our part of the server; all others are the server's own. */
export const OFFLINE = 'offline';
export const MISSING = 'server_part_missing';
export const CANCELLED = 'cancelled';

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** What to do next; empty where the server knows nothing. */
    readonly hint: string = '',
    readonly requestId: string = '',
    /** Where: file, line, column, value, offset, head; what there is depends on the code. */
    readonly details: Readonly<Record<string, unknown>> = {}
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** Whether asking again later may help, with nothing done by anybody. */
  get passes(): boolean {
    return this.code === OFFLINE || this.status === 503 || this.status === 504;
  }
}

/** Read an answer that is no good one: RFC 9457 where our part of the server wrote it, anything else otherwise. */
export async function problemOf(response: Response): Promise<Problem> {
  const told = await bodyOf(response);
  if (typeof told?.code === 'string' && typeof told.detail === 'string') {
    return new Problem(
      response.status,
      told.code,
      told.detail,
      textOf(told.hint),
      textOf(told.request_id),
      recordOf(told.details)
    );
  }
  if (response.status === 404) {
    return new Problem(404, MISSING, 'The server does not know the routes of DSA Workbench.');
  }
  const message = textOf(told?.message) || response.statusText || `HTTP ${response.status}`;
  return new Problem(response.status, `http_${response.status}`, message);
}

async function bodyOf(response: Response): Promise<Record<string, unknown> | null> {
  try {
    const told: unknown = JSON.parse(await response.text());
    return typeof told === 'object' && told !== null ? (told as Record<string, unknown>) : null;
  } catch {
    return null; // a page of a proxy, not ours
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
