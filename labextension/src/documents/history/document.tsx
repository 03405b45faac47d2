/** The document with the history of a dataset: a graph of commits, and beside it what is known of the chosen one. */

import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import { branchIcon } from '../../panel/icons';
import { WorkbenchDocument } from '../document';
import { HistoryView, type IHistoryViewProps } from './view';

export type IHistoryDocumentOptions = IHistoryViewProps;

export class HistoryDocument extends WorkbenchDocument<HistoryModel> {
  constructor(options: IHistoryDocumentOptions) {
    const { model, words } = options;
    const label = words.trans.__('History of %1', model.dataset);
    super(model, <HistoryView {...options} />, () => ({ icon: branchIcon, label, region: label }));
    void model.load();
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="listbox"]')?.focus();
  }
}
