/** Completion in the editor of a query: names out of the store, beside the keywords that the language brings. */

import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult
} from '@codemirror/autocomplete';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';

import type { SqlCompleter } from '../../models';

/** Names come before keywords that begin alike, in the order in which they are given. */
const BOOST = 99;
export function completing(completer: SqlCompleter): Extension {
  const names = (context: CompletionContext) => namesAt(completer, context);
  return [
    autocompletion({ icons: false }),
    EditorState.languageData.of(() => [{ autocomplete: names }]),
    // Tab indents where nothing is offered.
    Prec.highest(keymap.of([{ key: 'Tab', run: acceptCompletion }]))
  ];
}

async function namesAt(
  completer: SqlCompleter,
  context: CompletionContext
): Promise<CompletionResult | null> {
  const query = context.state.doc.toString();
  try {
    const { length, items } = await completer.complete(query, context.pos);
    if (items.length === 0 || context.aborted) {
      return null;
    }
    const options: Completion[] = items.map(({ text, detail }, index) => ({
      label: text,
      detail,
      boost: Math.max(BOOST - index, 1)
    }));
    return { from: context.pos - length, options };
  } catch {
    return null; // Names are only offered; running the query tells what is wrong.
  }
}
