/** Above the list: whose history it is, and what can be done with what is chosen. */

import { Button, HTMLSelect, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { HistoryModel } from '../../models';
import type { Words } from '../../panel/words';

/** No ref may be named so. */
const ALL = '*';

interface IToolbarProps {
  model: HistoryModel;
  words: Words;
  compare: () => void;
}

export function HistoryToolbar({ model, words, compare }: IToolbarProps): JSX.Element {
  const { trans } = words;
  const { at, refs, commits, chosen } = model;
  const isRef = refs.some(ref => ref.name === at);
  const count = model.hasOlder
    ? trans.__('%1 commits and more', words.number(commits.length))
    : trans._n('%2 commit', '%2 commits', commits.length, words.number(commits.length));
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('History')}>
      <label>
        {trans.__('History of')}
        <HTMLSelect
          value={at ?? ALL}
          onChange={event => {
            const { value } = event.currentTarget;
            void model.show(value === ALL ? undefined : value);
          }}
        >
          <option value={ALL}>{trans.__('all branches and tags')}</option>
          {at !== undefined && !isRef && <option value={at}>{at.slice(0, 12)}</option>}
          {refs.map(ref => (
            <option key={ref.name} value={ref.name}>
              {ref.name}
            </option>
          ))}
        </HTMLSelect>
      </label>
      <Button
        className="jp-mod-styled jp-dsa-small"
        disabled={chosen.length === 0}
        title={trans.__(
          'Compare the two chosen commits, or the chosen one with its parent (Enter)'
        )}
        onClick={compare}
      >
        {trans.__('Compare')}
      </Button>
      <button
        className="jp-dsa-action"
        aria-label={trans.__('Look again')}
        title={trans.__('Look again')}
        onClick={() => void model.refresh()}
      >
        <refreshIcon.react tag="span" />
      </button>
      <output className="jp-dsa-meta">{commits.length > 0 ? count : ''}</output>
    </div>
  );
}
