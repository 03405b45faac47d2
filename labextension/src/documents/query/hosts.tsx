/** Hold what is no part of React: the editor and the grid. */

import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Grid } from '../../parts/grid';
import type { SqlEditor } from './editor';

export function EditorHost({ editor }: { editor: SqlEditor }): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    if (ref.current) {
      editor.attach(ref.current);
    }
  }, [editor]);
  return <div ref={ref} className="jp-dsa-query-input" />;
}

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
