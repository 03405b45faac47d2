/** Colours and fonts of the theme, for what is drawn on a canvas; outside Jupyter those of the browser. */

import type { DataGrid } from '@lumino/datagrid';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

const NAMES = {
  text: ['--jp-content-font-color1', 'CanvasText'],
  quiet: ['--jp-ui-font-color2', 'GrayText'],
  back: ['--jp-layout-color1', 'Canvas'],
  outside: ['--jp-layout-color0', 'Canvas'],
  header: ['--jp-layout-color2', 'ButtonFace'],
  line: ['--jp-border-color2', 'ButtonBorder'],
  waiting: ['--jp-border-color2', 'ButtonBorder'],
  error: ['--jp-error-color0', 'red'],
  accent: ['--jp-brand-color1', 'Highlight'],
  bars: ['--jp-brand-color2', 'Highlight']
} as const;

type Name = keyof typeof NAMES;

export class Palette {
  constructor(private readonly node: HTMLElement) {
    this.read();
  }

  /** The font of values, of their nulls, and of headers, as CSS writes them. */
  font = '';
  italic = '';
  bold = '';
  small = '';

  /** Read the theme again. */
  read(): void {
    this.computed = getComputedStyle(this.node);
    this.known.clear();
    const family = this.value('--jp-ui-font-family', 'system-ui, sans-serif');
    const size = this.value('--jp-ui-font-size1', '13px');
    this.font = `${size} ${family}`;
    this.italic = `italic ${this.font}`;
    this.bold = `600 ${this.font}`;
    this.small = `${this.value('--jp-ui-font-size0', '11px')} ${family}`;
  }

  get(name: Name): string {
    const [variable, fallback] = NAMES[name];
    return this.value(variable, fallback);
  }

  /** Give a colour: that of a variable of the theme, such as `--jp-success-color3`, or what was given. */
  resolve(color: string): string {
    return color.startsWith('--') ? this.value(color, 'transparent') : color;
  }

  /** Give a colour with some transparency, whatever way it was written in. */
  faint(name: Name, alpha: number): string {
    const key = `${name} ${alpha}`;
    let color = this.known.get(key);
    if (color === undefined) {
      const { r, g, b } = channels(this.get(name));
      color = `rgba(${r}, ${g}, ${b}, ${alpha})`;
      this.known.set(key, color);
    }
    return color;
  }

  /** The style of Lumino's grid. */
  style(): DataGrid.Style {
    const line = this.faint('line', 0.6);
    return {
      voidColor: this.get('outside'),
      backgroundColor: this.get('back'),
      gridLineColor: line,
      headerBackgroundColor: this.get('header'),
      headerGridLineColor: this.get('line'),
      selectionFillColor: this.faint('accent', 0.14),
      selectionBorderColor: this.get('accent'),
      cursorFillColor: 'rgba(0, 0, 0, 0)',
      cursorBorderColor: this.get('accent'),
      headerSelectionFillColor: this.faint('accent', 0.2),
      headerSelectionBorderColor: this.get('accent'),
      scrollShadow: {
        size: 6,
        color1: this.faint('text', 0.12),
        color2: this.faint('text', 0.05),
        color3: this.faint('text', 0)
      }
    };
  }

  private value(variable: string, fallback: string): string {
    let value = this.known.get(variable);
    if (value === undefined) {
      value = this.computed!.getPropertyValue(variable).trim() || fallback;
      this.known.set(variable, value);
    }
    return value;
  }

  private computed: CSSStyleDeclaration | undefined;
  private readonly known = new Map<string, string>();
}

/** Take a colour apart; the browser knows all ways to write one. */
function channels(color: string): { r: number; g: number; b: number } {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return { r, g, b };
}

/** Tell of changes of the theme: JupyterLab, Notebook and others write them onto the body or the root. */
export function watchTheme(changed: () => void): IDisposable {
  const observer = new MutationObserver(() => changed());
  for (const node of [document.body, document.documentElement]) {
    observer.observe(node, {
      attributes: true,
      attributeFilter: ['class', 'style', 'data-jp-theme-light', 'data-jp-theme-name']
    });
  }
  return new DisposableDelegate(() => observer.disconnect());
}
