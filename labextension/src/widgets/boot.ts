/**
 * What every widget carries with it: little, since it is sent and perhaps saved with each of them.
 *
 * It shows the picture that does not move, has the kernel send the code that draws once a page, and hands over to it.
 * Where no kernel answers, in a page that was saved, the picture stays.
 */

import { bytesOf, type Draw, hear, type IAnyModel, type IRenderProps } from './anywidget';

interface IDrawing {
  draw: Draw;
}

/** Milliseconds after which the code is asked for again: whoever asked first may have gone before the answer. */
const PATIENCE = 10_000;
/** Milliseconds between two looks whether the element stands in the page. */
const LOOK = 30;

/** The code that was loaded into this page, by its hash; widgets of several versions may stand in one. */
const loaded: Map<string, Promise<IDrawing>> = ((globalThis as Record<symbol, unknown>)[
  Symbol.for('dsa-workbench.widgets')
] ??= new Map<string, Promise<IDrawing>>()) as never;

function render({ model, el }: IRenderProps): () => void {
  const ending = new AbortController();
  el.innerHTML = (model.get('_still') ?? '') as string;
  void Promise.all([drawingFor(model, ending.signal), standing(el, ending.signal)]).then(
    ([drawing]) => {
      if (!ending.signal.aborted) {
        el.replaceChildren();
        const end = drawing.draw({ model, el });
        ending.signal.addEventListener('abort', end);
      }
    },
    (error: unknown) => {
      const told = document.createElement('p');
      told.setAttribute('role', 'alert');
      told.textContent = `The widget cannot be drawn: ${String(error)}. What stands above does not move.`;
      el.append(told);
    }
  );
  return () => ending.abort();
}

async function drawingFor(model: IAnyModel, signal: AbortSignal): Promise<IDrawing> {
  const hash = String(model.get('_code'));
  let coming = loaded.get(hash);
  if (!coming) {
    coming = fetched(model, hash, signal);
    loaded.set(hash, coming);
    coming.catch(() => loaded.delete(hash));
  }
  const asked = coming;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>(give => {
    timer = setTimeout(() => give(null), PATIENCE);
  });
  // Who asked first may have gone; asking twice costs a message and is no fault.
  const found = await Promise.race([asked.catch(() => null), late]);
  clearTimeout(timer);
  return found ?? (await fetched(model, hash, signal));
}

/** Have the kernel send the code, and load it. */
function fetched(model: IAnyModel, hash: string, signal: AbortSignal): Promise<IDrawing> {
  return new Promise((give, fail) => {
    const deaf = hear(model, (content, buffers) => {
      if (content.code === hash) {
        deaf();
        load(hash, bytesOf(buffers[0]), bytesOf(buffers[1])).then(give, fail);
      }
    });
    signal.addEventListener('abort', () => {
      deaf();
      fail(new Error('It was closed.'));
    });
    model.send({ wants: 'code' });
  });
}

async function load(hash: string, code: Uint8Array, style: Uint8Array): Promise<IDrawing> {
  if (!document.head.querySelector(`style[data-dsa-widgets="${hash}"]`)) {
    const sheet = document.createElement('style');
    sheet.dataset.dsaWidgets = hash;
    sheet.textContent = new TextDecoder().decode(style);
    document.head.append(sheet);
  }
  const url = URL.createObjectURL(new Blob([code as BlobPart], { type: 'text/javascript' }));
  try {
    return (await import(url)) as IDrawing;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Wait until an element stands in the page: it is handed out before, and what measures itself cannot begin then. */
async function standing(el: HTMLElement, signal: AbortSignal): Promise<void> {
  while (!el.isConnected && !signal.aborted) {
    await new Promise(give => setTimeout(give, LOOK));
  }
}

export default { render };
