/** What differs between two versions, drawn: for the document of JupyterLab, and for the widget of a notebook. */

import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { DiffModel } from '../../models';
import { State } from '../../panel/states';
import type { Words } from '../../panel/words';
import { GridHost } from '../../parts/grid-host';
import { ColumnList } from './columns';
import { CellDetail } from './detail';
import type { DiffRows } from './rows';
import { Summary } from './summary';

interface IDiffViewProps {
  model: DiffModel;
  rows: DiffRows;
  words: Words;
  /** Draw what stands above. */
  tools: () => JSX.Element;
}

export function DiffView({ model, rows, words, tools }: IDiffViewProps): JSX.Element {
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <UseSignal signal={rows.changed}>
          {() => (
            <div className="jp-dsa-diff" onKeyDown={event => onKey(event, rows)}>
              {tools()}
              {model.problem && <Wrong model={model} words={words} />}
              {!model.diff && model.isLoading && <State title={words.trans.__('Comparing…')} />}
              <Summary model={model} words={words} />
              {model.source && (
                <div className="jp-dsa-diff-body">
                  <ColumnList model={model} words={words} />
                  <div className="jp-dsa-diff-rows">
                    {model.source.rows > 0 ? (
                      rows.grid && <GridHost grid={rows.grid} />
                    ) : (
                      <State title={words.trans.__('No row differs in this way')} />
                    )}
                    {model.source.rows > 0 && <CellDetail rows={rows} words={words} />}
                  </div>
                </div>
              )}
            </div>
          )}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Wrong({ model, words }: { model: DiffModel; words: Words }): JSX.Element {
  const { trans } = words;
  const again = { label: trans.__('Try again'), run: () => void model.load() };
  return (
    <State isAlert title={trans.__('The versions could not be compared')} action={again}>
      {model.problem?.message} {model.problem?.hint}
    </State>
  );
}

/** Go from change to change, unless somebody types. */
function onKey(event: React.KeyboardEvent, rows: DiffRows): void {
  const isTyping = event.target instanceof HTMLElement && event.target.closest('input, select');
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isNext = event.key === 'F7' ? !event.shiftKey : event.key === 'n';
  const isBack = event.key === 'F7' ? event.shiftKey : event.key === 'p';
  if (!isPlain || (isTyping && event.key !== 'F7') || !(isNext || isBack)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  void rows.step(isNext ? 1 : -1);
}
