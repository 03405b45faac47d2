/** Puts the drawing of a widget into its element, with what the page around may lack. */

import type * as React from 'react';
import { createRoot } from 'react-dom/client';

import type { IAnyModel } from './anywidget';

/** What the theme of a Jupyter page always has; where it is missing, style/widgets.css has another. */
const THEMED = '--jp-layout-color1';
const BARE = 'jp-dsa-bare';

/**
 * Draw into an element, `height` pixels high as the trait says, or as high at most; gives what takes it away again.
 */
export function mount(
  el: HTMLElement,
  model: IAnyModel,
  face: string,
  content: React.ReactElement,
  extent: 'height' | 'maxHeight' = 'height'
): () => void {
  if (!getComputedStyle(document.body).getPropertyValue(THEMED)) {
    dress();
  }
  const host = document.createElement('div');
  host.className = 'jp-dsa-widget jp-dsa-document';
  host.dataset.dsaFace = face;
  host.dataset.jpSuppressContextMenu = 'true';
  host.addEventListener('focusin', event => {
    // Keys that are pressed in here are for the widget, and not for the cell around it. Shortcuts of notebooks match
    // what has the focus, so that it is this which must bear the mark.
    (event.target as HTMLElement).dataset.lmSuppressShortcuts = 'true';
  });
  const size = () => {
    host.style[extent] = `${Number(model.get('height') ?? 0)}px`;
  };
  size();
  model.on('change:height', size);
  el.append(host);
  const root = createRoot(host);
  root.render(content);
  return () => {
    model.off('change:height', size);
    root.unmount();
    host.remove();
  };
}

/** Give a page that has no theme of Jupyter the variables of one, and say as Jupyter does whether it is dark. */
function dress(): void {
  const { documentElement: page, body } = document;
  page.classList.add(BARE);
  const probe = document.createElement('span');
  body.append(probe);
  const computed = (color: string): string => {
    probe.style.color = color;
    return getComputedStyle(probe).color;
  };
  // On a canvas the words for these colours mean those of a light page, whatever the page is.
  page.style.setProperty('--jp-dsa-page', computed('Canvas'));
  page.style.setProperty('--jp-dsa-page-text', computed('CanvasText'));
  const text = computed('var(--jp-ui-font-color1)');
  probe.remove();
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  const isDark = 0.299 * red + 0.587 * green + 0.114 * blue > 128;
  body.dataset.jpThemeLight ??= String(!isDark);
}
