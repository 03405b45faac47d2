/** How far something is. */

import * as React from 'react';

interface IBarProps {
  /** How much is done, from 0 to 1; undefined where nobody can tell. */
  share: number | undefined;
  /** What is on its way, for those who do not see it. */
  label: string;
  told: string;
}

export function Bar({ share, label, told }: IBarProps): JSX.Element {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  return (
    <div
      className="jp-dsa-bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={told}
      data-dsa-unknown={percent === undefined}
    >
      <div style={{ width: `${percent ?? 30}%` }} />
    </div>
  );
}
