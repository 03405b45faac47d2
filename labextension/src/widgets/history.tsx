/** The widget of a history: the panel's graph of commits; what is compared opens in its place, with a way back. */

import { Signal } from '@lumino/signaling';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Client } from '../api';
import { RowTools } from '../documents/diff/toolbar';
import { DiffView } from '../documents/diff/view';
import { HistoryView } from '../documents/history/view';
import { HistoryModel } from '../models';
import { toClipboard } from '../parts/grid/copying';
import type { IRenderProps } from './anywidget';
import { KernelCarrier } from './carrier';
import { diffOf } from './diff';
import { mount } from './mount';
import { Traits } from './traits';
import { words } from './words';

const { trans } = words;

class HistoryFace {
  constructor(
    private readonly traits: Traits,
    readonly carrier: KernelCarrier
  ) {
    this.client = new Client(carrier);
    const dataset = traits.text('dataset');
    this.model = new HistoryModel({
      client: this.client,
      dataset,
      at: traits.text('at') || undefined
    });
    void this.model.load().then(() => {
      this.take();
      this.model.changed.connect(() => this.give());
      traits.follow(['at', 'chosen'], () => this.take());
    });
  }

  readonly changed = new Signal<this, void>(this);
  readonly model: HistoryModel;
  /** What is compared; null where the history is shown. */
  diff: ReturnType<typeof diffOf> | null = null;

  compare(from: string, to: string): void {
    this.diff = diffOf(this.client, this.model.dataset, from, to);
    void this.diff.model.load();
    this.changed.emit();
  }

  back(): void {
    this.diff?.dispose();
    this.diff = null;
    this.changed.emit();
  }

  dispose(): void {
    this.traits.dispose();
    this.diff?.dispose();
    this.model.dispose();
    Signal.clearData(this);
  }

  private take(): void {
    const at = this.traits.text('at') || undefined;
    if (at !== this.model.at) {
      void this.model.show(at);
      return;
    }
    const chosen = this.traits.texts('chosen');
    if (chosen.join() !== this.model.chosen.join()) {
      chosen.forEach((commit, place) => this.model.choose(commit, place > 0));
    }
  }

  private give(): void {
    this.traits.put({ at: this.model.at ?? '', chosen: this.model.chosen });
  }

  private readonly client: Client;
}

function History({ face }: { face: HistoryFace }): JSX.Element {
  const actions = {
    compare: (from: string, to: string) => face.compare(from, to),
    copy: (text: string) => void toClipboard(text)
  };
  return (
    <UseSignal signal={face.changed}>
      {() =>
        face.diff ? (
          <DiffView
            model={face.diff.model}
            rows={face.diff.rows}
            words={words}
            tools={() => <DiffTools face={face} diff={face.diff!} />}
          />
        ) : (
          <HistoryView model={face.model} words={words} actions={actions} />
        )
      }
    </UseSignal>
  );
}

interface IDiffToolsProps {
  face: HistoryFace;
  diff: ReturnType<typeof diffOf>;
}

function DiffTools({ face, diff: { model, rows } }: IDiffToolsProps): JSX.Element {
  const { from, to } = model.of;
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Diff')}>
      <button className="jp-mod-styled jp-dsa-small" onClick={() => face.back()}>
        {trans.__('Back to the history')}
      </button>
      <code>
        {from.slice(0, 10)} → {to.slice(0, 10)}
      </code>
      <RowTools {...{ model, rows, words }} download={href => void face.carrier.download(href)} />
    </div>
  );
}

export function drawHistory({ model, el }: IRenderProps): () => void {
  const carrier = new KernelCarrier(model);
  const face = new HistoryFace(new Traits(model), carrier);
  const unmount = mount(el, model, 'history', <History face={face} />);
  return () => {
    unmount();
    face.dispose();
    carrier.dispose();
  };
}
