/** The widget of a table: which version, a condition, a row to go to, and the rows. */

import { UseSignal } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { Client } from '../../api';
import { State } from '../../panel/states';
import { GridHost } from '../../parts/grid-host';
import type { IRenderProps } from '../anywidget';
import { KernelCarrier } from '../carrier';
import { mount } from '../mount';
import { Traits } from '../traits';
import { words } from '../words';
import { TableGrid } from './grid';
import { TableModel } from './model';

const { trans } = words;

/** Keeps a table and the traits of its widget alike. */
class TableFace {
  constructor(
    readonly traits: Traits,
    client: Client
  ) {
    this.model = new TableModel(client);
    this.model.changed.connect(() => this.follow());
    traits.follow(['_of', 'where', 'columns'], () => this.load());
    traits.follow(['row', 'column'], () => this.go());
    traits.follow(['offset'], () => this.table?.scrollTo(traits.number('offset')));
    this.load();
  }

  readonly model: TableModel;
  readonly changed = new Signal<this, void>(this);
  table: TableGrid | null = null;

  load(): void {
    const [dataset = '', at = '', table] = this.traits.texts('_of');
    const asked = { where: this.traits.text('where'), columns: this.traits.texts('columns') };
    void this.model.load({ of: { dataset, at, table }, ...asked });
  }

  dispose(): void {
    this.traits.dispose();
    this.model.dispose();
    this.table?.dispose();
    Signal.clearData(this);
  }

  private follow(): void {
    const { rows } = this.model;
    if (rows && rows !== this.table?.shown) {
      const before = this.table;
      const table = new TableGrid(rows, this.model);
      table.moved.connect((_, { row, column }) => {
        this.traits.put({ row, column: rows.columns[column]?.name ?? '' });
      });
      table.scrolled.connect((_, offset) => this.traits.put({ offset }));
      this.table = table;
      before?.dispose();
      if (before) {
        this.traits.put({ rows: rows.rows, row: -1, column: '', offset: 0 });
      } else {
        this.traits.put({ rows: rows.rows });
        this.begin();
      }
    }
    this.changed.emit();
  }

  /** Go to where the traits said from the beginning, once the grid stands and has a size. */
  private begin(): void {
    const [offset, { table }] = [this.traits.number('offset'), this];
    table?.stands(() => {
      this.go();
      if (offset > 0) {
        table.scrollTo(offset);
      }
    });
  }

  /** Go to where the traits say. */
  go(): void {
    const { table, traits } = this;
    const row = traits.number('row');
    if (!table || row < 0 || row >= table.shown.rows) {
      return;
    }
    const column = table.shown.columns.findIndex(({ name }) => name === traits.text('column'));
    const here = table.grid.current;
    if (here?.row !== row || (column >= 0 && here.column !== column)) {
      table.grid.goTo(row, column < 0 ? undefined : column);
    }
  }
}

function Table({ face }: { face: TableFace }): JSX.Element {
  return (
    <UseSignal signal={face.changed}>
      {() => {
        const { model, table } = face;
        return (
          <>
            {table && <Tools face={face} />}
            {model.problem && table && (
              <p className="jp-dsa-refused" role="alert">
                <b>{model.problem.message}</b> {model.problem.hint}
              </p>
            )}
            {table ? (
              <GridHost grid={table.grid} />
            ) : model.problem ? (
              <State
                isAlert
                title={trans.__('The table cannot be shown')}
                action={{ label: trans.__('Try again'), run: () => face.load() }}
              >
                {model.problem.message} {model.problem.hint}
              </State>
            ) : (
              <State title={trans.__('Loading…')} />
            )}
          </>
        );
      }}
    </UseSignal>
  );
}

function Tools({ face }: { face: TableFace }): JSX.Element {
  const { schema, rows, isLoading } = face.model;
  const { traits } = face;
  const spec = traits.text('spec');
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Rows')}>
      <span title={`${spec}\n${schema!.table}\n${schema!.commit}`}>
        <b>{spec}</b> <code className="jp-dsa-meta">{schema!.commit.slice(0, 10)}</code>
      </span>
      <Entry
        kind="where"
        value={traits.text('where')}
        label={trans.__('Show rows where')}
        hint={trans.__("Show rows where… (qty > 10 and city = 'Ulm')")}
        take={where => {
          traits.put({ where });
          face.load();
        }}
      />
      <Entry
        kind="row"
        value=""
        label={trans.__('Go to row')}
        hint={trans.__('Go to row')}
        take={text => {
          const row = Number(text.replace(/\D/g, ''));
          if (row > 0 && rows!.rows > 0) {
            traits.put({ row: Math.min(row, rows!.rows) - 1 });
            face.go();
            face.table?.grid.activate();
          }
        }}
      />
      <output className="jp-dsa-meta" aria-busy={isLoading}>
        {isLoading
          ? trans.__('Looking…')
          : traits.text('where')
            ? trans.__('%1 of %2', words.number(rows!.rows), words.rows(schema!.rows))
            : words.rows(rows!.rows)}
      </output>
    </div>
  );
}

interface IEntryProps {
  kind: string;
  value: string;
  label: string;
  hint: string;
  take: (text: string) => void;
}

/** A field whose text counts from Enter on. No form: pages of notebooks may forbid them. */
function Entry({ kind, value, label, hint, take }: IEntryProps): JSX.Element {
  const [text, setText] = React.useState(value);
  React.useEffect(() => setText(value), [value]);
  return (
    <input
      type="text"
      className={`jp-mod-styled jp-dsa-entry jp-dsa-entry-${kind}`}
      value={text}
      aria-label={label}
      placeholder={hint}
      title={trans.__('%1; Enter applies it', label)}
      spellCheck={false}
      onChange={event => setText(event.target.value)}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          event.preventDefault();
          take(text.trim());
        }
      }}
    />
  );
}

export function drawTable({ model, el }: IRenderProps): () => void {
  const carrier = new KernelCarrier(model);
  const face = new TableFace(new Traits(model), new Client(carrier));
  const unmount = mount(el, model, 'table', <Table face={face} />);
  return () => {
    unmount();
    face.dispose();
    carrier.dispose();
  };
}
