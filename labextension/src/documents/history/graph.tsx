/** Draws the lanes beside one commit. */

import * as React from 'react';

import type { IGraphRow, ILine } from '../../models';

/** Pixels from lane to lane, and the height of a row; the stylesheet draws rows as high. */
export const LANE = 14;
export const ROW = 44;
/** Lanes that have room; where there are more, they go on beyond the edge. */
export const MOST_LANES = 14;
/** How many colours the stylesheet has for lanes. */
const COLOURS = 6;

const MIDDLE = ROW / 2;
const x = (lane: number) => lane * LANE + LANE / 2 + 2;

interface IGraphProps {
  row: IGraphRow;
  lanes: number;
  isMerge: boolean;
}

export function Graph({ row, lanes, isMerge }: IGraphProps): JSX.Element {
  const width = Math.min(lanes, MOST_LANES) * LANE + 4;
  return (
    <svg className="jp-dsa-graph" width={width} height={ROW} aria-hidden="true">
      {row.above.map(line => (
        <path key={`a${line.from}`} d={pathOf(line, 0, MIDDLE)} data-dsa-lane={shade(line)} />
      ))}
      {row.below.map(line => (
        <path key={`b${line.to}`} d={pathOf(line, MIDDLE, ROW)} data-dsa-lane={shade(line)} />
      ))}
      <circle
        cx={x(row.lane)}
        cy={MIDDLE}
        r={isMerge ? 4 : 5}
        data-dsa-lane={shade(row)}
        data-dsa-merge={isMerge}
      />
    </svg>
  );
}

function pathOf({ from, to }: ILine, top: number, bottom: number): string {
  if (from === to) {
    return `M ${x(from)} ${top} V ${bottom}`;
  }
  const half = (top + bottom) / 2;
  return `M ${x(from)} ${top} C ${x(from)} ${half}, ${x(to)} ${half}, ${x(to)} ${bottom}`;
}

function shade({ colour }: { colour: number }): number {
  return colour % COLOURS;
}
