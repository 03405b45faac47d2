/** Who looks, and what the server's authorizer permits. It is asked once, so that nothing need fail to be known. */

import { Signal } from '@lumino/signaling';

import type { Client } from '../api';

export type Action = 'read' | 'write';

/** What is asked about; tests/api/test_authorization.py compares it with what the routes ask. */
export const ASKED = {
  datasets: ['read', 'write'],
  refs: ['read', 'write'],
  uploads: ['write'],
  commits: ['read'],
  data: ['read'],
  diff: ['read'],
  query: ['read'],
  jobs: ['read', 'write'],
  upkeep: ['write']
} as const satisfies Record<string, readonly Action[]>;

export type Resource = keyof typeof ASKED;

/** Something that a person may or may not do. */
export type Need = { [R in Resource]: `${(typeof ASKED)[R][number]} ${R}` }[Resource];

export const NEEDS = Object.entries(ASKED).flatMap(([resource, actions]) =>
  actions.map(action => `${action} ${resource}` as Need)
);

const PREFIX = 'dsa_workbench:';

export class AccessModel {
  constructor(private readonly client: Client) {}

  readonly changed = new Signal<this, void>(this);

  /** How the server names who asks; empty until it is known. */
  get name(): string {
    return this.named;
  }

  /** Whether the server has answered. */
  get isKnown(): boolean {
    return this.permitted !== null;
  }

  /** Whether something is permitted; as long as it is not known it may be tried, for the server decides each time. */
  may(need: Need): boolean {
    return this.permitted?.has(need) ?? true;
  }

  /** What is not permitted of all that is asked about. */
  get refused(): readonly Need[] {
    return NEEDS.filter(need => !this.may(need));
  }

  /** Ask the server; where it does not tell, all may be tried. */
  async check(): Promise<void> {
    const asked = Object.entries(ASKED).map(([name, actions]) => [PREFIX + name, actions] as const);
    let named = '';
    let permitted: Set<string> | null = null;
    try {
      const { identity, permissions } = await this.client.me(Object.fromEntries(asked));
      named = identity.display_name || identity.name || identity.username;
      permitted = new Set(
        asked.flatMap(([name]) =>
          (permissions[name] ?? []).map(action => `${action} ${name.slice(PREFIX.length)}`)
        )
      );
    } catch {
      // An identity provider of somebody else's may answer otherwise: then a click tells what is refused.
    }
    const told = (name: string, may: ReadonlySet<string> | null) =>
      `${name}: ${may && [...may].join()}`;
    if (told(named, permitted) !== told(this.named, this.permitted)) {
      this.named = named;
      this.permitted = permitted;
      this.changed.emit();
    }
  }

  private named = '';
  private permitted: ReadonlySet<string> | null = null;
}
