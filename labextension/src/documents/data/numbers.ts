/** What a header tells of its column in numbers, on the canvas and in words. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IColumnProfile } from '../../api';
import type { TableModel } from '../../models';
import type { IHeader } from '../../parts';

/** Tell key, order and numbers of a column. */
export function headerOf(model: TableModel, column: number, trans: TranslationBundle): IHeader {
  const told = model.columns[column];
  if (!told) {
    return {};
  }
  const { sorts } = model.view;
  const place = sorts.findIndex(sort => sort.column === told.name);
  const sort = sorts[place];
  const profile = model.profileOf(told.name);
  return {
    isKey: told.key,
    ...(sort && { sort: sort.isDescending ? 'desc' : 'asc' }),
    ...(sort && sorts.length > 1 && { rank: place + 1 }),
    ...(profile && { note: nullsOf(profile, trans), bars: profile.histogram })
  };
}

/** Tell the same, and bounds and quartiles, to be read. */
export function describe(model: TableModel, column: number, trans: TranslationBundle): string {
  const told = model.columns[column];
  if (!told) {
    return '';
  }
  const lines = [`${told.name} · ${told.type}`];
  if (told.key) {
    lines.push(trans.__('Part of the key'));
  }
  const profile = model.profileOf(told.name);
  if (profile) {
    const number = (value: number) => value.toLocaleString();
    lines.push(trans.__('%1 of %2 are null', number(profile.nulls), number(profile.rows)));
    if (profile.distinct !== undefined) {
      lines.push(trans.__('About %1 different values', number(profile.distinct)));
    }
    if (profile.minimum !== undefined && profile.maximum !== undefined) {
      lines.push(trans.__('From %1 to %2', String(profile.minimum), String(profile.maximum)));
    }
    if (profile.quartiles.length === 3) {
      const quartiles = profile.quartiles.join(' · ');
      lines.push(
        isOfLengths(profile)
          ? trans.__('The bars are of their lengths in bytes; quartiles: %1', quartiles)
          : trans.__('Quartiles: %1', quartiles)
      );
    }
  }
  return lines.join('\n');
}

/** Whether quartiles and histogram are of lengths, as those of texts and bytes. */
function isOfLengths({ type }: IColumnProfile): boolean {
  return /^(string|binary|fixed_binary)/.test(type);
}

/** Tell the share of nulls in a few characters; where there are some it is never told as none. */
function nullsOf({ nulls, rows }: IColumnProfile, trans: TranslationBundle): string {
  if (nulls === 0) {
    return trans.__('no nulls');
  }
  const share = (100 * nulls) / rows;
  const text = share < 0.1 ? '<0.1' : share > 99.9 && nulls < rows ? '>99.9' : share.toFixed(1);
  return trans.__('%1 % null', text.replace(/\.0$/, ''));
}
