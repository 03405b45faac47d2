/** The document with what differs between two versions. */

import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { DiffModel } from '../../models';
import { tableIcon } from '../../panel/icons';
import type { Words } from '../../panel/words';
import { WorkbenchDocument } from '../document';
import { nameOf } from '../version';
import { DiffRows } from './rows';
import { DiffToolbar } from './toolbar';
import { DiffView } from './view';

export interface IDiffDocumentOptions {
  model: DiffModel;
  words: Words;
  download: (href: string) => void;
}

export class DiffDocument extends WorkbenchDocument<DiffModel> {
  constructor(options: IDiffDocumentOptions) {
    const { model, words } = options;
    const rows = new DiffRows(model, words.trans);
    const tools = () => <DiffToolbar {...options} rows={rows} />;
    super(model, <DiffView model={model} rows={rows} words={words} tools={tools} />, () => {
      const { dataset, from, to } = model.of;
      const label = `${dataset}: ${nameOf(from)} → ${nameOf(to)}`;
      return { icon: tableIcon, label, region: words.trans.__('Diff of %1', label) };
    });
    this.rows = rows;
    void model.load();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.rows.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.rows.grid?.activate();
  }

  private readonly rows: DiffRows;
}
