/** Run and stop, how many rows are wanted, what was run before, and where query and result can go. */

import { Button, HTMLSelect, runIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { LIMITS, type QueryModel, RESULT_FORMATS, type ResultFormat } from '../../models';
import type { Words } from '../../panel/words';

export interface IQueryActions {
  /** Put the query into a notebook. */
  insert: () => void;
  /** Have the browser save the result. */
  save: (format: ResultFormat) => void;
}

interface IToolbarProps {
  model: QueryModel;
  words: Words;
  actions: IQueryActions;
}

/** Characters of a query by which it is known in a list. */
const SHORT = 70;

export function QueryToolbar({ model, words, actions }: IToolbarProps): JSX.Element {
  const { trans } = words;
  return (
    <div className="jp-dsa-bar-of-tools" role="toolbar" aria-label={trans.__('Query')}>
      {model.isRunning ? (
        <Button className="jp-mod-styled jp-dsa-small" onClick={() => model.cancel()}>
          <stopIcon.react tag="span" /> {trans.__('Stop')}
        </Button>
      ) : (
        <Button
          className="jp-mod-styled jp-mod-accept jp-dsa-small"
          title={trans.__('Run the query (Shift+Enter)')}
          disabled={model.isEmpty}
          onClick={() => void model.run()}
        >
          <runIcon.react tag="span" /> {trans.__('Run')}
        </Button>
      )}
      <label>
        {trans.__('Rows at most')}
        <HTMLSelect
          value={model.limit}
          onChange={event => model.setLimit(Number(event.currentTarget.value))}
        >
          {LIMITS.map(limit => (
            <option key={limit} value={limit}>
              {words.number(limit)}
            </option>
          ))}
        </HTMLSelect>
      </label>
      <HTMLSelect
        aria-label={trans.__('Queries that were run')}
        value=""
        disabled={model.history.length === 0}
        onChange={event => {
          const past = model.history[Number(event.currentTarget.value)];
          if (past !== undefined) {
            model.recall(past);
          }
        }}
      >
        <option value="">{trans.__('History…')}</option>
        {model.history.map((past, index) => (
          <option key={past} value={index}>
            {shortened(past)}
          </option>
        ))}
      </HTMLSelect>
      <Button
        className="jp-mod-styled jp-dsa-small"
        title={trans.__('Put the query into the notebook as a cell of %%dsa sql')}
        disabled={model.isEmpty}
        onClick={actions.insert}
      >
        {trans.__('Insert as a Cell')}
      </Button>
      <HTMLSelect
        aria-label={trans.__('Download the result')}
        value=""
        disabled={!model.result}
        onChange={event => {
          const format = event.currentTarget.value as ResultFormat | '';
          if (format !== '') {
            actions.save(format);
          }
        }}
      >
        <option value="">{trans.__('Download…')}</option>
        {Object.keys(RESULT_FORMATS).map(format => (
          <option key={format} value={format}>
            {format}
          </option>
        ))}
      </HTMLSelect>
    </div>
  );
}

/** Write a query in one line. */
export function shortened(query: string, most = SHORT): string {
  const line = query.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
