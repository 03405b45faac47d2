/** What all documents are: a tab of the main area that shows a model while somebody sees it. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';

export interface IDocumentModel {
  readonly changed: ISignal<unknown, void>;
  /** Told where what is shown may become old, and is looked at again while somebody sees it. */
  setVisible?(visible: boolean): void;
  dispose(): void;
}

export interface ITab {
  readonly icon: LabIcon;
  readonly label: string;
  /** What is told when the mouse rests on the tab; the label where it is left out. */
  readonly caption?: string;
  /** What the document is called by those who hear it. */
  readonly region: string;
}

export class WorkbenchDocument<M extends IDocumentModel> extends MainAreaWidget<ReactWidget> {
  constructor(
    readonly model: M,
    body: JSX.Element,
    /** Say how the tab is called; asked again whenever the model changes. */
    private readonly tab: () => ITab
  ) {
    super({ content: ReactWidget.create(body) });
    this.addClass('jp-dsa-document');
    this.toolbar.hide();
    this.title.closable = true;
    this.content.node.setAttribute('role', 'region');
    this.retitle();
    model.changed.connect(() => this.retitle(), this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.model.setVisible?.(this.isVisible);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.setVisible?.(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.model.setVisible?.(false);
  }

  private retitle(): void {
    const { icon, label, caption, region } = this.tab();
    this.title.icon = icon;
    this.title.label = label;
    this.title.caption = caption ?? label;
    this.content.node.setAttribute('aria-label', region);
  }
}
