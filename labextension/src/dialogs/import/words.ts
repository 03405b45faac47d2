/** What an import says of itself, in the words of the reader's language. */

import type { IPlace } from '../../api';
import type { ImportModel, IOutcome, Upload } from '../../models';
import type { Words } from '../../panel';

export class ImportWords {
  constructor(readonly words: Words) {}

  get trans(): Words['trans'] {
    return this.words.trans;
  }

  /** Name what is imported: the file, or how many. */
  title({ sources }: ImportModel): string {
    const [first] = sources;
    return sources.length === 1 && first
      ? this.trans.__('Import %1', first.name)
      : this.trans._n('Import %2 file', 'Import %2 files', sources.length, `${sources.length}`);
  }

  spec({ dataset, ref }: IPlace): string {
    return `${dataset}@${ref}`;
  }

  /** Say how far an upload is, how fast it goes, and how long it still takes. */
  progress(upload: Upload): string {
    const { trans, words } = this;
    const { size, offset, rate, secondsLeft, state } = upload;
    switch (state) {
      case 'waiting':
        return trans.__('Waits for its turn');
      case 'broken':
        return trans.__('The connection broke. It goes on by itself.');
      case 'failed':
        return upload.problem?.message ?? trans.__('It failed.');
      case 'cancelled':
        return trans.__('Cancelled');
      case 'here':
        return trans.__('%1, all of it', words.bytes(size ?? offset));
      case 'sending':
        break;
    }
    if (size === undefined) {
      return trans.__('The server takes it from its folder…');
    }
    return [
      trans.__('%1 of %2', words.bytes(offset), words.bytes(size)),
      rate === undefined ? '' : trans.__('%1/s', words.bytes(rate)),
      secondsLeft === undefined ? '' : this.left(secondsLeft)
    ]
      .filter(part => part !== '')
      .join(' · ');
  }

  /** Tell what is to be seen of the import while its dialog is hidden. */
  status(model: ImportModel): string {
    const { trans, words } = this;
    const name = this.title(model);
    const [upload] = model.uploads.filter(found => found.state !== 'here');
    switch (model.phase) {
      case 'uploading':
        return upload ? `${name}: ${this.progress(upload)}` : name;
      case 'working':
        return model.job
          ? `${name}: ${words.stateOf(model.job)}`
          : trans.__('%1: a job does it', name);
      case 'committing':
        return trans.__('%1: being committed…', name);
      default:
        return model.isLooking
          ? trans.__('%1: looking at what would change…', name)
          : trans.__('%1 into %2 waits for you.', name, this.spec(model.place));
    }
  }

  /** Tell what came of it, shortly: `committed 3fa9c1d: +12 −3 ~40`. */
  outcome(outcome: IOutcome): string {
    const { trans, words } = this;
    const place = this.spec(outcome);
    if (!outcome.created) {
      return trans.__('Nothing changed in %1: no commit was made.', place);
    }
    const counts = [
      ['+', outcome.added],
      ['−', outcome.removed],
      ['~', outcome.changed]
    ] as const;
    const told = counts.filter(([, count]) => count > 0);
    return trans.__(
      '%1: committed %2: %3',
      place,
      outcome.commit.slice(0, 7),
      told.map(([sign, count]) => `${sign}${words.number(count)}`).join(' ') ||
        trans.__('no rows changed')
    );
  }

  private left(seconds: number): string {
    const { trans } = this;
    return seconds < 90
      ? trans.__('%1 s left', Math.ceil(seconds))
      : trans.__('%1 min left', Math.ceil(seconds / 60));
  }
}
