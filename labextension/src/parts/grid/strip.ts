/** The strip below a grid: why rows could not be read, with a button to try again, and other things to be told. */

import { Widget } from '@lumino/widgets';

import type { IPlace } from './pager';
import type { IFailure } from './source';
import type { IGridWords } from './words';

export class Strip extends Widget {
  constructor(
    private readonly trans: IGridWords,
    retry: () => void
  ) {
    super();
    this.addClass('jp-dsa-strip');
    this.node.setAttribute('role', 'alert');
    this.button.className = 'jp-dsa-strip-button';
    this.button.addEventListener('click', () => {
      if (this.isFailure) {
        retry();
      }
      this.hide();
    });
    this.node.append(this.text, this.button);
    this.hide();
  }

  /** Tell that rows could not be read, or that all that are seen could. */
  fail(failed: { readonly place: IPlace; readonly failure: IFailure } | null): void {
    if (failed) {
      const { place, failure } = failed;
      const [first, last] = [place.start + 1, place.end].map(row => row.toLocaleString());
      this.isFailure = true;
      this.put(
        this.trans.__('Rows %1 to %2 could not be read: %3', first!, last!, failure.message),
        failure.hint,
        this.trans.__('Try again')
      );
    } else if (this.isFailure) {
      this.isFailure = false;
      this.hide();
    }
  }

  /** Tell something else, until it is put away. */
  tell(message: string, hint: string): void {
    this.isFailure = false;
    this.put(message, hint, this.trans.__('Close'));
  }

  private put(message: string, hint: string, action: string): void {
    this.text.textContent = `${message} ${hint}`.trim();
    this.button.textContent = action;
    this.show();
  }

  private readonly text = document.createElement('span');
  private readonly button = document.createElement('button');
  private isFailure = false;
}
