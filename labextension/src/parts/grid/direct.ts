/** Has Lumino's grid draw each cell where it is seen, and not first on a canvas apart.
 *
 * Lumino draws a cell on a second canvas and copies it from there, so that nothing is drawn beyond its borders. Where
 * the browser has no graphics processor, each such copy takes a picture of that whole canvas: some 4 ms a cell. A clip
 * does the same for nothing.
 */

import type { DataGrid } from '@lumino/datagrid';

/** What is drawn at once; all four numbers are of pixels that belong to it. */
interface IRegion {
  xMin: number;
  yMin: number;
  xMax: number;
  yMax: number;
}

/** What Lumino keeps to itself. */
interface IInner {
  _buffer: HTMLCanvasElement;
  _bufferGC: CanvasRenderingContext2D;
  _canvasGC: CanvasRenderingContext2D;
  _blitContent(source: HTMLCanvasElement, ...box: number[]): void;
  _drawCells(region: IRegion): void;
}

/** Draw a grid's cells directly; a Lumino that keeps other things to itself is left as it is. */
export function drawDirectly(grid: DataGrid): void {
  const inner = grid as unknown as Partial<IInner>;
  if (!isKnown(inner)) {
    return;
  }
  const canvas = inner._canvasGC;
  const cells = clipped(canvas);
  const draw = inner._drawCells.bind(grid);
  const blit = inner._blitContent.bind(grid);
  inner._drawCells = region => {
    const apart = inner._bufferGC;
    inner._bufferGC = cells;
    inner._blitContent = (source, ...box) => {
      if (source === inner._buffer) {
        canvas.restore(); // the cell ends
      } else {
        blit(source, ...box);
      }
    };
    canvas.save();
    clip(canvas, region.xMin, region.yMin, region.xMax, region.yMax);
    try {
      draw(region);
    } finally {
      canvas.restore();
      inner._bufferGC = apart;
      inner._blitContent = blit;
    }
  };
}

function isKnown(inner: Partial<IInner>): inner is IInner {
  const { _buffer, _bufferGC, _canvasGC, _blitContent, _drawCells } = inner;
  return Boolean(_buffer && _bufferGC && _canvasGC && _blitContent && _drawCells);
}

/** Give a context that begins a cell, clipped to it, where Lumino clears its place. */
function clipped(canvas: CanvasRenderingContext2D): CanvasRenderingContext2D {
  const bound = new Map<PropertyKey, unknown>();
  bound.set('clearRect', (x: number, y: number, width: number, height: number) => {
    canvas.save();
    clip(canvas, x, y, x + width - 1, y + height - 1);
  });
  return new Proxy(canvas, {
    get: (target, name) => {
      if (bound.has(name)) {
        return bound.get(name);
      }
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') {
        return value;
      }
      const method: unknown = value.bind(target);
      bound.set(name, method);
      return method;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target)
  });
}

function clip(
  canvas: CanvasRenderingContext2D,
  left: number,
  top: number,
  right: number,
  bottom: number
): void {
  canvas.beginPath();
  canvas.rect(left, top, right - left + 1, bottom - top + 1);
  canvas.clip();
}
