/** A button that opens something below it, and closes it by Escape or when the focus leaves. */

import { Button, caretDownIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

interface IPopoverProps {
  label: string;
  title: string;
  children: (close: () => void) => React.ReactNode;
}

export function Popover({ label, title, children }: IPopoverProps): JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  const ref = React.useRef<HTMLDivElement>(null);
  const close = () => setOpen(false);
  return (
    <div
      ref={ref}
      className="jp-dsa-popover"
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          close();
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape' && isOpen) {
          event.stopPropagation();
          close();
          ref.current?.querySelector('button')?.focus();
        }
      }}
    >
      <Button
        className="jp-mod-styled jp-dsa-small"
        aria-expanded={isOpen}
        title={title}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
        <caretDownIcon.react tag="span" />
      </Button>
      {isOpen && (
        <div className="jp-dsa-popped" role="group" aria-label={title} tabIndex={-1}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
