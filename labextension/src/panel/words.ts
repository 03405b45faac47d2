/** Numbers, times and counts in the words of the reader's language. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ICommit, IJob, IRef, IStorage, ITable } from '../api';
import { shareOf } from '../models';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60]
];

export interface ICounts {
  added: number;
  removed: number;
  changed: number;
}

/** Sum what a commit did over its tables. */
export function countsOf(commit: ICommit): ICounts {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const summary of Object.values(commit.summary)) {
    counts.added += summary.added ?? 0;
    counts.removed += summary.removed ?? 0;
    counts.changed += summary.changed ?? 0;
  }
  return counts;
}

export class Words {
  constructor(readonly trans: TranslationBundle) {}

  /** Write a whole number as the reader does. */
  number(value: number): string {
    return value.toLocaleString();
  }

  /** Write a number short where there is little room: 12K, 3.4M. */
  short(value: number): string {
    return value < 10_000
      ? this.number(value)
      : new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(
          value
        );
  }

  bytes(value: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    const step = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
    return new Intl.NumberFormat(undefined, {
      style: 'unit',
      unit: units[step] as string,
      unitDisplay: step > 0 ? 'short' : 'long',
      maximumFractionDigits: step > 0 ? 1 : 0
    }).format(value / 1000 ** step);
  }

  /** Say how long ago something was. */
  ago(time: string, now = Date.now()): string {
    const seconds = (new Date(time).getTime() - now) / 1000;
    for (const [unit, length] of STEPS) {
      if (Math.abs(seconds) >= length) {
        const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
        return format.format(Math.round(seconds / length), unit);
      }
    }
    return this.trans.__('just now');
  }

  /** Write a moment in full. */
  moment(time: string): string {
    return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  }

  rows(count: number): string {
    return this.trans._n('%2 row', '%2 rows', count, this.number(count));
  }

  columns(count: number): string {
    return this.trans._n('%2 column', '%2 columns', count, this.number(count));
  }

  /** Tell a table in a tooltip. */
  table(table: ITable): string {
    const key = table.key.length
      ? this.trans.__('Key: %1', table.key.join(', '))
      : this.trans.__('No key: rows are paired by place');
    return [table.name, this.rows(table.rows), this.columns(table.columns), key].join('\n');
  }

  /** Say what a dataset takes. */
  taken(storage: IStorage | undefined): string {
    return storage === undefined
      ? this.trans.__('Storage: …')
      : this.trans._n(
          'Storage: %3 for %2 version',
          'Storage: %3 for %2 versions',
          storage.versions,
          this.number(storage.versions),
          this.bytes(storage.bytes_stored)
        );
  }

  /** Say what is counted there. */
  counting(storage: IStorage | undefined): string {
    const told =
      storage === undefined
        ? ''
        : this.trans.__(
            '%1 before compression, in %2 segments. ',
            this.bytes(storage.bytes_raw),
            this.number(storage.segments)
          );
    return (
      told +
      this.trans.__(
        'What versions share is counted once. What other datasets need as well is counted for each of them.'
      )
    );
  }

  kindOf(ref: IRef): string {
    return ref.kind === 'branch' ? this.trans.__('branch') : this.trans.__('tag');
  }

  /** Say aloud what a commit changed. */
  counted(counts: ICounts): string {
    return this.trans.__(
      '%1 added, %2 removed, %3 changed',
      this.number(counts.added),
      this.number(counts.removed),
      this.number(counts.changed)
    );
  }

  stateOf(job: IJob): string {
    if (job.state === 'running' && job.cancel_requested_by) {
      return this.trans.__('Cancelling…');
    }
    switch (job.state) {
      case 'queued':
        return job.attempts > 0 ? this.trans.__('Waits for another try') : this.trans.__('Queued');
      case 'running':
        return this.progress(job);
      case 'succeeded':
        return this.trans.__('Done');
      case 'failed':
        return this.trans.__('Failed');
      case 'cancelled':
        return this.trans.__('Cancelled');
    }
  }

  private progress(job: IJob): string {
    const share = shareOf(job);
    const left = job.progress.seconds_left;
    return [
      job.progress.phase,
      share === undefined ? '' : `${Math.floor(share * 100)} %`,
      job.progress.rows > 0 ? this.rows(job.progress.rows) : '',
      left === undefined ? '' : this.trans.__('%1 s left', Math.ceil(left))
    ]
      .filter(part => part !== '')
      .join(' · ');
  }
}
