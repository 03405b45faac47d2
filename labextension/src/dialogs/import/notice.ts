/** A notification that stands for the dialog while it is hidden, and in the end says what came of the import. */

import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import { CANCELLED } from '../../api';
import type { ImportModel } from '../../models';
import type { ImportWords } from './words';

export interface INoticeActions {
  show: () => void;
  cancel: () => void;
  /** Show the changes of a commit; absent where nothing can. */
  compare?: (() => void) | undefined;
}

/** Milliseconds between two words about the same. */
const PAUSE = 500;

export class Notice {
  constructor(
    private readonly model: ImportModel,
    private readonly words: ImportWords,
    private readonly actions: INoticeActions
  ) {}

  /** Stand for the dialog from now on. */
  appear(): void {
    this.isShown = true;
    this.tell();
    this.model.changed.connect(() => this.tellSoon(), this);
  }

  /** Be gone: the dialog is seen again. */
  disappear(): void {
    this.isShown = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    Signal.disconnectReceiver(this);
    if (this.id !== undefined) {
      Notification.dismiss(this.id);
      this.id = undefined;
    }
  }

  /** Say what came of it, and follow it no more. */
  conclude(): void {
    const { outcome } = this.model;
    this.disappear();
    if (!outcome) {
      return;
    }
    const { compare } = this.actions;
    const action = { label: this.words.trans.__('Show changes'), callback: () => compare?.() };
    const actions = outcome.created && compare ? [action] : [];
    Notification.emit(this.words.outcome(outcome), outcome.created ? 'success' : 'info', {
      autoClose: 12_000,
      actions
    });
  }

  private tellSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell();
    }, PAUSE);
  }

  private tell(): void {
    if (!this.isShown) {
      return;
    }
    const { model, words } = this;
    const { trans } = words;
    const wrong = model.problem ?? model.conflict?.problem ?? null;
    const isTrouble = wrong !== null && wrong.code !== CANCELLED;
    const isBusy = model.phase !== 'looking' || model.isLooking;
    const message = isTrouble ? `${words.title(model)}: ${wrong.message}` : words.status(model);
    const type = isTrouble ? 'error' : isBusy ? 'in-progress' : 'info';
    const sent = model.uploads.reduce((sum, upload) => sum + upload.offset, 0);
    const progress =
      model.phase === 'uploading' && model.size ? { progress: sent / model.size } : {};
    const options = {
      autoClose: false as const,
      actions: [
        { label: trans.__('Show'), callback: this.actions.show },
        { label: trans.__('Cancel'), callback: this.actions.cancel }
      ],
      ...progress
    };
    if (this.id === undefined) {
      this.id = Notification.emit(message, type, options);
    } else {
      Notification.update({ id: this.id, message, type, ...options });
    }
  }

  private id: string | undefined;
  private isShown = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
}
