/** A place for a grid among elements of React. */

import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Grid } from './grid';

/** Holds the grid, which is no part of React, and tells it of its size. */
export function GridHost({ grid }: { grid: Grid }): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const host = ref.current;
    if (!host || grid.isDisposed) {
      return;
    }
    Widget.attach(grid, host);
    const observer = new ResizeObserver(() => {
      MessageLoop.postMessage(grid, Widget.ResizeMessage.UnknownSize);
    });
    observer.observe(host);
    return () => {
      observer.disconnect();
      if (grid.isAttached) {
        Widget.detach(grid);
      }
    };
  }, [grid]);
  return <div ref={ref} className="jp-dsa-grid-host" />;
}
