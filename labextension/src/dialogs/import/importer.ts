/** Opens a dialog for files, hides it and brings it back, and tells what came of them. */

import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';

import { ImportModel, type Source, type WorkbenchModel } from '../../models';
import { attempt } from '../../panel';
import type { IImporter, IImportGoal } from '../../tokens';
import { ImportDialog } from './dialog';
import { Notice } from './notice';
import type { ImportWords } from './words';

/** Shows the changes of a commit, where the part of the extension with diffs is there. */
const OPEN_DIFF = 'dsa-workbench:open-diff';

export class Importer implements IImporter {
  constructor(
    private readonly workbench: WorkbenchModel,
    private readonly commands: CommandRegistry,
    private readonly words: ImportWords
  ) {}

  open(sources: readonly Source[], goal: IImportGoal = {}): void {
    if (sources.length === 0) {
      return;
    }
    const model = new ImportModel({ client: this.workbench.client, sources, ...goal });
    const compare = this.commands.hasCommand(OPEN_DIFF) ? () => this.compare(model) : undefined;
    const running = new RunningImport(model, this.words, compare);
    this.running.add(running);
    model.changed.connect(() => {
      if (model.phase === 'done' || model.phase === 'cancelled') {
        this.running.delete(running);
        running.dispose();
        this.refresh(model);
      }
    }, this);
    running.begin();
  }

  private compare({ outcome }: ImportModel): void {
    if (outcome) {
      const { dataset, commit } = outcome;
      void this.commands.execute(OPEN_DIFF, { dataset, from: `${commit}~1`, to: commit });
    }
  }

  /** Show the new commit at once, where anybody looks. */
  private refresh({ outcome }: ImportModel): void {
    if (outcome?.created && this.workbench.connection.isReady) {
      void this.workbench.refresh();
    }
  }

  private readonly running = new Set<RunningImport>();
}

/** One import: its dialog, and the notification that stands for it while it is hidden. */
class RunningImport implements IDisposable {
  constructor(
    private readonly model: ImportModel,
    words: ImportWords,
    compare: (() => void) | undefined
  ) {
    const cancel = () => attempt(() => model.cancel());
    const hide = () => this.hide();
    const show = () => this.show();
    this.dialog = new ImportDialog(model, words, { cancel, hide });
    this.notice = new Notice(model, words, { show, cancel, compare });
    model.changed.connect(() => {
      if (model.phase === 'working' && this.dialog.isAttached) {
        this.hide(); // the jobs section shows it, too
      }
    }, this);
  }

  get isDisposed(): boolean {
    return this.dialog.isDisposed;
  }

  begin(): void {
    this.dialog.open();
    if (this.model.isPlaced) {
      void this.model.begin();
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.notice.conclude();
      this.dialog.dispose();
      this.model.dispose();
    }
  }

  private hide(): void {
    this.dialog.conceal();
    this.notice.appear();
  }

  private show(): void {
    this.notice.disappear();
    this.dialog.open();
  }

  private readonly dialog: ImportDialog;
  private readonly notice: Notice;
}
