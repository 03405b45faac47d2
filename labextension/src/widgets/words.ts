/** Words where there is no JupyterLab to translate them: they stand as they are, in English. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { Words } from '../panel/words';

function filled(text: string, values: readonly (string | number)[]): string {
  return text.replace(/%(\d+)/g, (mark, place: string) =>
    String(values[Number(place) - 1] ?? mark)
  );
}

const english: Pick<TranslationBundle, '__' | '_n'> = {
  __: (text: string, ...values: (string | number)[]) => filled(text, values),
  _n: (one: string, many: string, count: number, ...values: (string | number)[]) =>
    filled(count === 1 ? one : many, [count, ...values])
};

/** The words of all widgets; of a bundle the parts use these two alone. */
export const words = new Words(english as TranslationBundle);
