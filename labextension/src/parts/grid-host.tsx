/** A place for a grid, which is no part of React, among elements that are. */

import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Grid } from './grid';

interface IHostProps {
  grid: Grid;
  /** Called when the grid can take the focus. */
  attached?: () => void;
}

export function GridHost({ grid, attached }: IHostProps): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const tell = React.useRef(attached);
  // In time for the grid to be taken out before React takes away what holds it: Lumino detaches no other.
  React.useLayoutEffect(() => {
    const host = ref.current;
    if (!host || grid.isDisposed) {
      return;
    }
    Widget.attach(grid, host);
    tell.current?.();
    return () => {
      if (grid.isAttached) {
        Widget.detach(grid);
      }
    };
  }, [grid]);
  return <div ref={ref} className="jp-dsa-grid-host" />;
}
