/** What is compared with what, how it is shown, the way from change to change, and the diff as a file. */

import { Button, caretDownIcon, caretUpIcon, HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { DIFF_FORMATS, type DiffFormat } from '../../api';
import type { DiffModel } from '../../models';
import type { Words } from '../../panel/words';
import { nameOf } from '../version';
import type { DiffRows } from './rows';

interface IToolbarProps {
  model: DiffModel;
  rows: DiffRows;
  words: Words;
  /** Have the browser fetch a file. */
  download: (href: string) => void;
}

export function DiffToolbar({ model, rows, words, download }: IToolbarProps): JSX.Element {
  const { trans } = words;
  const { from, to } = model.of;
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Diff')}>
      <Version
        label={trans.__('From')}
        value={from}
        model={model}
        change={version => void model.compare({ from: version })}
      />
      <Button
        className="jp-mod-styled jp-dsa-small"
        aria-label={trans.__('Swap the versions')}
        title={trans.__('Swap the versions')}
        onClick={() => void model.swap()}
      >
        ⇄
      </Button>
      <Version
        label={trans.__('To')}
        value={to}
        model={model}
        change={version => void model.compare({ to: version })}
      />
      <RowTools {...{ model, rows, words, download }} />
    </div>
  );
}

/** How the rows are shown, the way from change to change, and the diff as a file. */
export function RowTools({ model, rows, words, download }: IToolbarProps): JSX.Element {
  const { trans } = words;
  const step = (direction: 1 | -1) => void rows.step(direction);
  return (
    <>
      <HTMLSelect
        aria-label={trans.__('How rows are shown')}
        value={rows.view}
        onChange={event =>
          rows.setView(event.currentTarget.value === 'sides' ? 'sides' : 'unified')
        }
      >
        <option value="unified">{trans.__('Old → new in a cell')}</option>
        <option value="sides">{trans.__('Side by side')}</option>
      </HTMLSelect>
      <label>
        <input
          type="checkbox"
          checked={rows.hidesUnchanged}
          onChange={event => rows.setHidesUnchanged(event.currentTarget.checked)}
        />
        {trans.__('Hide unchanged columns')}
      </label>
      <span className="jp-dsa-steps">
        <button
          className="jp-dsa-action"
          aria-label={trans.__('Previous change')}
          title={trans.__('Previous change (P or Shift+F7)')}
          onClick={() => step(-1)}
        >
          <caretUpIcon.react tag="span" />
        </button>
        <button
          className="jp-dsa-action"
          aria-label={trans.__('Next change')}
          title={trans.__('Next change (N or F7)')}
          onClick={() => step(1)}
        >
          <caretDownIcon.react tag="span" />
        </button>
      </span>
      <HTMLSelect
        aria-label={trans.__('Download the diff')}
        value=""
        onChange={event => {
          const format = event.currentTarget.value as DiffFormat | '';
          if (format !== '' && model.pinned) {
            download(model.client.diffHref(model.pinned, format));
          }
        }}
      >
        <option value="">{trans.__('Download…')}</option>
        {DIFF_FORMATS.map(format => (
          <option key={format} value={format}>
            {format}
          </option>
        ))}
      </HTMLSelect>
    </>
  );
}

interface IVersionProps {
  label: string;
  value: string;
  model: DiffModel;
  change: (version: string) => void;
}

/** A version: a branch or tag out of the list, or anything that names one. */
function Version({ label, value, model, change }: IVersionProps): JSX.Element {
  const list = React.useId();
  const [typed, setTyped] = React.useState<string | null>(null);
  const take = () => {
    if (typed !== null && typed.trim() !== '' && typed.trim() !== value) {
      change(typed.trim());
    }
    setTyped(null);
  };
  return (
    <label>
      {label}
      <input
        className="jp-mod-styled jp-dsa-version"
        list={list}
        value={typed ?? nameOf(value)}
        title={value}
        onFocus={event => event.currentTarget.select()}
        onChange={event => setTyped(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            take();
          } else if (event.key === 'Escape') {
            setTyped(null);
          }
        }}
      />
      <datalist id={list}>
        {model.refs.map(ref => (
          <option key={ref.name} value={ref.name} />
        ))}
      </datalist>
    </label>
  );
}
