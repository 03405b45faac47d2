/** What one may do here, in words. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { AccessModel, Need } from '../models';

/** Say why something is not to be had. */
export function refusalOf(need: Need, trans: TranslationBundle): string {
  return trans.__('This server does not permit you to %1.', deedOf(need, trans));
}

/** Say in a few words what is permitted, each level with what lies below it; there is little room beside the name. */
export function mayOf(access: AccessModel, trans: TranslationBundle): string {
  const writes: Need[] = ['write datasets', 'write refs', 'write uploads', 'write jobs'];
  const some = writes.filter(need => access.may(need)).length;
  if (!access.isKnown) {
    return '';
  }
  if (some === 0) {
    return trans.__('may read');
  }
  if (some < writes.length) {
    return trans.__('may write in part');
  }
  return access.may('write upkeep') ? trans.__('may administer') : trans.__('may read and write');
}

function deedOf(need: Need, trans: TranslationBundle): string {
  switch (need) {
    case 'read datasets':
      return trans.__('see datasets');
    case 'write datasets':
      return trans.__('make, describe, delete or restore datasets');
    case 'read refs':
      return trans.__('see branches and tags');
    case 'write refs':
      return trans.__('make, protect or delete branches and tags');
    case 'write uploads':
      return trans.__('import files');
    case 'read commits':
      return trans.__('see histories');
    case 'read data':
      return trans.__('read tables');
    case 'read diff':
      return trans.__('compare versions');
    case 'read query':
      return trans.__('query in SQL');
    case 'read jobs':
      return trans.__('see jobs');
    case 'write jobs':
      return trans.__('cancel or repeat jobs');
    case 'write upkeep':
      return trans.__('check or tidy up the store');
  }
}

/** List what is not permitted, in one sentence; say so where all is. */
export function refusedOf(access: AccessModel, trans: TranslationBundle): string {
  if (!access.isKnown) {
    return '';
  }
  const deeds = access.refused.map(need => deedOf(need, trans));
  return deeds.length
    ? trans.__('Not permitted: %1.', deeds.join('; '))
    : trans.__('Permitted: to read, to write, and to administer the store.');
}
