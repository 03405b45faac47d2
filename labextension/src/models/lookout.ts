/** Looks at what others change, again and again while somebody sees it. */

import { Poll } from '@lumino/polling';

/** Milliseconds between two looks, and the most of them after looks that failed. */
const INTERVAL = 5_000;
const MOST = 60_000;

export class Lookout {
  /** A look that fails is rejected, for the next one to wait longer. */
  constructor(name: string, look: () => Promise<void>, interval = INTERVAL) {
    this.poll = new Poll({
      auto: false,
      name: `dsa-workbench:${name}`,
      factory: look,
      frequency: { interval, backoff: true, max: Math.max(MOST, interval) },
      standby: () => (this.visible ? 'when-hidden' : true)
    });
  }

  /** Say whether anybody looks; nothing is asked of the server while nobody does. */
  setVisible(visible: boolean): void {
    const appeared = visible && !this.visible;
    this.visible = visible;
    if (appeared) {
      void (this.poll.state.phase === 'constructed' ? this.poll.start() : this.poll.refresh());
    }
  }

  dispose(): void {
    this.poll.dispose();
  }

  private readonly poll: Poll;
  private visible = false;
}
