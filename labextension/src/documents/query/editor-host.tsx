/** A place for the editor, which is no part of React. */

import * as React from 'react';

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
