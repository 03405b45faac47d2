/** The dialog of an import: modal while it is seen; hidden, what it shows goes on. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import * as React from 'react';

import { type ImportModel, PlacesModel } from '../../models';
import { Body, type IActions } from './body';
import type { ImportWords } from './words';

export class ImportDialog extends Widget {
  constructor(model: ImportModel, words: ImportWords, actions: IActions) {
    super({ node: document.createElement('dialog') });
    this.places = new PlacesModel(model.client);
    this.addClass('jp-dsa-import');
    this.addClass('jp-ThemedContainer');
    this.node.setAttribute('aria-labelledby', 'jp-dsa-import-title');
    const body = ReactWidget.create(
      <UseSignal signal={model.changed}>
        {() => <Body model={model} places={this.places} words={words} actions={actions} />}
      </UseSignal>
    );
    const layout = new PanelLayout();
    layout.addWidget(body);
    this.layout = layout;
    this.node.addEventListener('cancel', event => {
      event.preventDefault();
      (model.phase === 'place' ? actions.cancel : (actions.hide ?? actions.cancel))();
    });
    model.changed.connect(() => this.keepFocus(), this);
  }

  /** Show it above all else. */
  open(): void {
    if (!this.isAttached) {
      Widget.attach(this, document.body);
    }
  }

  /** Take it from the page; it may be opened again. */
  conceal(): void {
    if (this.isAttached) {
      Widget.detach(this);
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.disconnectReceiver(this);
      this.places.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.dialog.showModal();
    this.keepFocus();
  }

  protected override onBeforeDetach(msg: Message): void {
    super.onBeforeDetach(msg);
    this.dialog.close();
  }

  /** Bring the focus back when what had it is no more: what is read aloud then is the heading. */
  private keepFocus(): void {
    requestAnimationFrame(() => {
      if (this.dialog.open && !this.node.contains(document.activeElement)) {
        this.node.querySelector<HTMLElement>('#jp-dsa-import-title')?.focus();
      }
    });
  }

  private get dialog(): HTMLDialogElement {
    return this.node as HTMLDialogElement;
  }

  private readonly places: PlacesModel;
}
