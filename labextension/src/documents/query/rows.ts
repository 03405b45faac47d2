/** The grid of the result that was computed last. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { IResult, QueryModel } from '../../models';
import { Grid, PagedModel } from '../../parts/grid';

export class QueryRows {
  constructor(
    private readonly query: QueryModel,
    private readonly trans: TranslationBundle
  ) {
    query.changed.connect(() => this.show(), this);
  }

  /** Null until there is a result. */
  grid: Grid | null = null;

  dispose(): void {
    this.grid?.dispose();
    this.model?.dispose();
    Signal.clearData(this);
  }

  private show(): void {
    const { result } = this.query;
    if (result === this.shown || !result) {
      return;
    }
    this.shown = result;
    const old = { grid: this.grid, model: this.model };
    this.model = new PagedModel(result.source);
    this.grid = new Grid({
      model: this.model,
      trans: this.trans,
      label: this.trans.__('Result of the query')
    });
    old.grid?.dispose();
    old.model?.dispose();
  }

  private shown: IResult | null = null;
  private model: PagedModel | null = null;
}
