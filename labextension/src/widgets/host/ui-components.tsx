/**
 * What the panel's drawing takes of JupyterLab's components, for pages that are not JupyterLab.
 *
 * The build puts it in the place of `@jupyterlab/ui-components`, most of which no widget needs and all of which would
 * be loaded. Classes are JupyterLab's, so that there things look as things do there; style/widgets.css has the rest.
 */

import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

interface IButtonProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  minimal?: boolean;
  small?: boolean;
}

export function Button({ minimal, small, className = '', ...props }: IButtonProps): JSX.Element {
  const size = `${minimal ? ' jp-dsa-minimal' : ''}${small ? ' jp-dsa-small' : ''}`;
  return <button type="button" className={`${className}${size}`} {...props} />;
}

export function HTMLSelect({
  className = '',
  ...props
}: React.SelectHTMLAttributes<HTMLSelectElement>): JSX.Element {
  return (
    <div className={`jp-HTMLSelect ${className}`}>
      <select {...props} />
    </div>
  );
}

interface IUseSignalProps {
  signal: ISignal<unknown, unknown>;
  children: () => React.ReactNode;
}

/** Draw again when a signal is emitted. */
export function UseSignal({ signal, children }: IUseSignalProps): JSX.Element {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useLayoutEffect(() => {
    const heard = () => again();
    signal.connect(heard);
    again(); // what was emitted between the drawing and now was heard by nobody
    return () => {
      signal.disconnect(heard);
    };
  }, [signal]);
  return <>{children()}</>;
}

interface IIconProps {
  tag?: 'span' | 'div';
  className?: string;
}

/** An icon: the text of an SVG, drawn in the colours of the theme. */
export class LabIcon {
  constructor({ svgstr }: { name: string; svgstr: string }) {
    this.react = ({ tag: Tag = 'span', className = '' }) => (
      <Tag
        className={`jp-dsa-icon ${className}`}
        aria-hidden="true"
        dangerouslySetInnerHTML={{ __html: svgstr }}
      />
    );
  }

  readonly react: (props: IIconProps) => JSX.Element;
}

/** Draw an icon of one line, in the size of JupyterLab's. */
function lines(name: string, path: string): LabIcon {
  const drawn = `<path class="jp-icon3" fill="currentColor" d="${path}"/>`;
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">${drawn}</svg>`;
  return new LabIcon({ name, svgstr });
}

export const caretDownIcon = lines('dsa:caret-down', 'M3 6h10l-5 5z');
export const caretUpIcon = lines('dsa:caret-up', 'M3 10h10l-5-5z');
export const closeIcon = lines('dsa:close', 'M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z');
export const textEditorIcon = lines(
  'dsa:text',
  'M3 3h10v1.500H3zm0 3h10v1.500H3zm0 3h10v1.500H3zm0 3h6v1.500H3z'
);
export const copyIcon = lines('dsa:copy', 'M3 2h7v1.5H4.500V11H3zM6 5h7v9H6zm1.500 1.500v6h4v-6z');
export const refreshIcon = lines(
  'dsa:refresh',
  'M8 3a5 5 0 1 0 4.900 6h-1.600A3.500 3.500 0 1 1 8 4.500c1 0 1.800.4 2.400 1L8.500 7.500H13V3l-1.500 1.500A5 5 0 0 0 8 3z'
);
