/** The document with the history of a dataset: a graph of commits, and beside it what is known of the chosen one. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import { branchIcon } from '../../panel/icons';
import { HistoryView, type IHistoryViewProps } from './view';

export type IHistoryDocumentOptions = IHistoryViewProps;

export class HistoryDocument extends MainAreaWidget<ReactWidget> {
  constructor(options: IHistoryDocumentOptions) {
    const { model, words } = options;
    super({ content: ReactWidget.create(<HistoryView {...options} />) });
    this.model = model;
    this.addClass('jp-dsa-document');
    this.toolbar.hide();
    this.title.icon = branchIcon;
    this.title.label = words.trans.__('History of %1', model.dataset);
    this.title.closable = true;
    this.content.node.setAttribute('role', 'region');
    this.content.node.setAttribute('aria-label', this.title.label);
    void model.load();
  }

  readonly model: HistoryModel;

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.model.setVisible(this.isVisible);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.setVisible(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.model.setVisible(false);
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[role="listbox"]')?.focus();
  }
}
