/** The document with what differs between two versions. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { DiffModel } from '../../models';
import { tableIcon } from '../../panel/icons';
import type { Words } from '../../panel/words';
import { DiffRows } from './rows';
import { DiffToolbar, nameOf } from './toolbar';
import { DiffView } from './view';

export interface IDiffDocumentOptions {
  model: DiffModel;
  words: Words;
  download: (href: string) => void;
}

export class DiffDocument extends MainAreaWidget<ReactWidget> {
  constructor(options: IDiffDocumentOptions) {
    const { model, words } = options;
    const rows = new DiffRows(model, words.trans);
    super({
      content: ReactWidget.create(
        <DiffView
          model={model}
          rows={rows}
          words={words}
          tools={() => <DiffToolbar {...options} rows={rows} />}
        />
      )
    });
    this.model = model;
    this.rows = rows;
    this.addClass('jp-dsa-document');
    this.toolbar.hide();
    this.title.icon = tableIcon;
    this.title.closable = true;
    const retitle = () => {
      const { dataset, from, to } = model.of;
      this.title.label = `${dataset}: ${nameOf(from)} → ${nameOf(to)}`;
      this.content.node.setAttribute('aria-label', words.trans.__('Diff of %1', this.title.label));
    };
    this.content.node.setAttribute('role', 'region');
    retitle();
    model.changed.connect(retitle, this);
    void model.load();
  }

  readonly model: DiffModel;

  override dispose(): void {
    if (!this.isDisposed) {
      this.rows.dispose();
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
    this.rows.grid?.activate();
  }

  private readonly rows: DiffRows;
}
