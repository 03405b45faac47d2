/** The rows of a table at a version, in a tab of the main area. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import type { Client, ExportFormat } from '../../api';
import type { IShownRows, TableModel } from '../../models';
import { Grid, PagedModel } from '../../parts';
import { Head } from './head';
import { describe, headerOf } from './numbers';
import { columnOf, TablePages } from './pages';

export interface IDataDocumentOptions {
  client: Client;
  model: TableModel;
  trans: TranslationBundle;
}

export class DataDocument extends Panel {
  constructor(private readonly options: IDataDocumentOptions) {
    super();
    const { model, trans } = options;
    this.model = model;
    this.addClass('jp-dsa-data');
    const head = ReactWidget.create(
      <UseSignal signal={model.changed}>
        {() => (
          <Head
            model={model}
            trans={trans}
            jump={row => this.jump(row)}
            href={format => this.href(format)}
          />
        )}
      </UseSignal>
    );
    head.addClass('jp-dsa-head');
    this.addWidget(head);
    model.changed.connect(() => this.follow(), this);
    void model.open();
  }

  readonly model: TableModel;

  /** The rows; null before the table was found. */
  get grid(): Grid | null {
    return this.rows;
  }

  /** Make a row the active one, and scroll to it. */
  jump(row: number): void {
    this.rows?.goTo(row);
    this.rows?.activate();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.closing.abort();
    this.model.dispose();
    this.rows?.model.dispose();
    super.dispose();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    if (this.rows) {
      this.rows.activate();
    } else {
      this.node.tabIndex = -1;
      this.node.focus();
    }
  }

  /** Draw what the model has become. */
  private follow(): void {
    const { model } = this;
    const { shown } = model;
    if (!shown) {
      return;
    }
    if (shown.at.at !== this.drawn?.at.at) {
      this.build(shown);
    } else if (shown !== this.drawn && this.rows) {
      this.rows.model.source = this.pagesOf(shown);
      if (shown.rows > 0) {
        this.rows.goTo(0);
      }
    }
    this.drawn = shown;
    this.rows?.setView(model.visible, model.frozen);
    this.rows?.redraw();
  }

  /** Make a grid: another version may have other columns. */
  private build(shown: IShownRows): void {
    const { model, options } = this;
    const { trans } = options;
    const { dataset, at, table } = model.of;
    const before = this.rows;
    const pages = new PagedModel(this.pagesOf(shown));
    const grid = new Grid({
      model: pages,
      trans,
      label: trans.__('Rows of %1, table %2, at %3', dataset, table, at),
      isTall: true,
      header: column => headerOf(model, column, trans),
      describe: column => describe(model, column, trans)
    });
    grid.headerClicked.connect((_, { column, shiftKey }) => {
      const told = model.columns[column];
      if (told) {
        void model.sortBy(told.name, shiftKey);
      }
    }, this);
    const loadNumbers = () => {
      pages.pager.landed.disconnect(loadNumbers);
      void model.loadProfile(this.closing.signal);
    };
    pages.pager.landed.connect(loadNumbers);
    this.rows = grid;
    this.addWidget(grid);
    if (before) {
      grid.activate();
      before.model.dispose();
      before.dispose();
    }
  }

  private pagesOf(shown: IShownRows): TablePages {
    return new TablePages(this.options.client, shown, this.model.columns.map(columnOf));
  }

  private href(format: ExportFormat): string {
    const { model } = this;
    const { dataset, at, table } = model.of;
    const name = [dataset, ...(at === 'main' ? [] : [at]), ...(table === 'data' ? [] : [table])];
    const file = `${name.join('-').replaceAll('/', '-')}.${format}`;
    return this.options.client.exportHref(model.shown!.at, model.asked, format, file);
  }

  private rows: Grid | null = null;
  private drawn: IShownRows | null = null;
  private readonly closing = new AbortController();
}
