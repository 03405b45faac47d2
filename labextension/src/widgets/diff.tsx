/** The widget of a diff: the panel's view of it, on a diff that the kernel holds. */

import * as React from 'react';

import { Client } from '../api';
import { namesFor, DiffRows } from '../documents/diff/rows';
import { RowTools } from '../documents/diff/toolbar';
import { DiffView } from '../documents/diff/view';
import { DiffModel, KINDS } from '../models';
import type { IRenderProps } from './anywidget';
import { KernelCarrier } from './carrier';
import { mount } from './mount';
import { Traits } from './traits';
import { words } from './words';

const { trans } = words;

/** Make a diff and its rows; they end together. */
export function diffOf(client: Client, dataset: string, from: string, to: string, table?: string) {
  const of = { dataset, from, to, table };
  const model = new DiffModel({ client, of, names: namesFor('unified', trans) });
  const rows = new DiffRows(model, trans);
  return {
    model,
    rows,
    dispose: () => {
      rows.dispose();
      model.dispose();
    }
  };
}

export function drawDiff({ model: widget, el }: IRenderProps): () => void {
  const carrier = new KernelCarrier(widget);
  const traits = new Traits(widget);
  const [from = '', to = ''] = [traits.text('old'), traits.text('new')];
  const diff = diffOf(new Client(carrier), 'diff', from, to, traits.text('table') || undefined);
  const { model, rows } = diff;

  const take = () => {
    const kinds = KINDS.filter(kind => traits.texts('kinds').includes(kind));
    const column = traits.text('column') || undefined;
    const table = traits.text('table') || model.table;
    if (table !== model.table) {
      void model.compare({ table });
    }
    for (const kind of KINDS) {
      if (kinds.length > 0 && kinds.includes(kind) !== model.kinds.has(kind)) {
        void model.toggleKind(kind);
      }
    }
    if (column !== model.column) {
      void model.chooseColumn(column);
    }
    const view = traits.text('view') === 'sides' ? 'sides' : 'unified';
    if (view !== rows.view) {
      rows.setView(view);
    }
  };
  const give = () => {
    if (model.diff) {
      traits.put({
        table: model.table ?? '',
        kinds: KINDS.filter(kind => model.kinds.has(kind)),
        column: model.column ?? '',
        view: rows.view,
        rows: model.source?.rows ?? 0,
        row: rows.current?.row ?? -1
      });
    }
  };
  void model.load().then(() => {
    take();
    model.changed.connect(give);
    rows.changed.connect(give);
    traits.follow(['table', 'kinds', 'column', 'view'], take);
    traits.follow(['row'], () => {
      const row = traits.number('row');
      if (row >= 0 && row < (model.source?.rows ?? 0) && row !== rows.current?.row) {
        rows.grid?.goTo(row);
      }
    });
    give();
  });

  const tools = () => (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Diff')}>
      <span>
        <b>{from}</b> → <b>{to}</b>
      </span>
      <RowTools {...{ model, rows, words }} download={href => void carrier.download(href)} />
    </div>
  );
  const unmount = mount(el, widget, 'diff', <DiffView {...{ model, rows, words, tools }} />);
  return () => {
    unmount();
    traits.dispose();
    diff.dispose();
    carrier.dispose();
  };
}
