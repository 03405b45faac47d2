/** Above the datasets: what to search for, in which order, and whether the deleted ones. */

import { HTMLSelect, InputGroup } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { DatasetSort } from '../api';
import type { DatasetsModel } from '../models';
import type { Words } from './words';

/** Milliseconds without a key before the server is asked. */
const PAUSE = 200;

export function Search({
  datasets,
  words
}: {
  datasets: DatasetsModel;
  words: Words;
}): JSX.Element {
  const { trans } = words;
  const [text, setText] = React.useState(datasets.search);
  React.useEffect(() => setText(datasets.search), [datasets.search]);
  React.useEffect(() => {
    const timer = setTimeout(() => {
      if (text !== datasets.search) {
        void datasets.setSearch(text);
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [text, datasets]);

  const orders: [DatasetSort, string][] = [
    ['name', trans.__('Name')],
    ['-name', trans.__('Name, from Z')],
    ['-updated', trans.__('Last changed')],
    ['-created', trans.__('Newest')]
  ];
  return (
    <div className="jp-dsa-search">
      <InputGroup
        type="search"
        rightIcon="ui-components:search"
        placeholder={trans.__('Search datasets')}
        aria-label={trans.__('Search datasets')}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <div className="jp-dsa-order">
        <HTMLSelect
          aria-label={trans.__('Order')}
          value={datasets.sort}
          onChange={event => void datasets.setSort(event.currentTarget.value as DatasetSort)}
        >
          {orders.map(([order, label]) => (
            <option key={order} value={order}>
              {label}
            </option>
          ))}
        </HTMLSelect>
        <label>
          <input
            type="checkbox"
            checked={datasets.deleted}
            onChange={event => void datasets.setDeleted(event.currentTarget.checked)}
          />
          {trans.__('Deleted')}
        </label>
        <output aria-live="polite">
          {trans._n('%2 dataset', '%2 datasets', datasets.total, words.number(datasets.total))}
        </output>
      </div>
    </div>
  );
}
