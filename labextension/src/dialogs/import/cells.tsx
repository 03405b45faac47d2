/** A table of values, small enough to be drawn whole. */

import * as React from 'react';

import type { Cell } from '../../api';

interface ICellsProps {
  label: string;
  head: readonly React.ReactNode[];
  children: React.ReactNode;
}

export function Cells({ label, head, children }: ICellsProps): JSX.Element {
  return (
    <div className="jp-dsa-cells" tabIndex={0} role="region" aria-label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A word of the data, and of no language. */
const NULL = 'null';

export function Value({ value }: { value: Cell | undefined }): JSX.Element {
  if (value === null || value === undefined) {
    return <span className="jp-dsa-null">{NULL}</span>;
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return <span title={text.length > 40 ? text : undefined}>{text}</span>;
}
