/** What stands above the rows: which version, the condition, how many rows, and what can be done with them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ExportFormat, Problem } from '../../api';
import type { TableModel } from '../../models';
import { ColumnsMenu, ExportMenu } from './menus';

export interface IHeadProps {
  model: TableModel;
  trans: TranslationBundle;
  /** Go to a row, counted from 0. */
  jump: (row: number) => void;
  href: (format: ExportFormat) => string;
}

export function Head({ model, trans, jump, href }: IHeadProps): JSX.Element {
  const { problem, schema, conditionProblem, shown } = model;
  if (problem) {
    return <Unopened model={model} trans={trans} problem={problem} />;
  }
  if (!schema || !shown) {
    return (
      <p className="jp-dsa-quiet" role="status">
        {trans.__('Loading…')}
      </p>
    );
  }
  return (
    <>
      <div className="jp-dsa-tools" role="toolbar" aria-label={trans.__('Rows')}>
        <Version model={model} trans={trans} />
        <Filter model={model} trans={trans} />
        <output className="jp-dsa-count" aria-busy={model.isFinding}>
          {model.isFinding ? trans.__('Looking…') : countOf(model, trans)}
        </output>
        <Jump rows={shown.rows} trans={trans} jump={jump} />
        <ColumnsMenu model={model} trans={trans} />
        <ExportMenu trans={trans} href={href} />
      </div>
      {conditionProblem && (
        <p className="jp-dsa-refused" role="alert">
          <b>{conditionProblem.message}</b> {conditionProblem.hint}
        </p>
      )}
      {model.newer > 0 && (
        <p className="jp-dsa-moved" role="status">
          {movedText(model, trans)}
          <Button className="jp-dsa-button" onClick={() => void model.open()}>
            {model.newer === 1 ? trans.__('Show it') : trans.__('Show them')}
          </Button>
        </p>
      )}
    </>
  );
}

function Version({ model, trans }: { model: TableModel; trans: TranslationBundle }): JSX.Element {
  const { dataset, at, table } = model.of;
  const commit = model.schema!.commit;
  const kind = !model.ref
    ? trans.__('version')
    : model.ref.kind === 'branch'
      ? trans.__('branch')
      : trans.__('tag');
  const name = at === commit ? '' : at;
  return (
    <span className="jp-dsa-version" title={`${dataset} · ${table}\n${kind} ${at}\n${commit}`}>
      {name && <b>{name}</b>}
      <code>{commit.slice(0, 10)}</code>
    </span>
  );
}

function Filter({ model, trans }: { model: TableModel; trans: TranslationBundle }): JSX.Element {
  const { where } = model.view;
  const [text, setText] = React.useState(where);
  const isWrong = model.conditionProblem !== null;
  // The condition may also be set by a command.
  React.useEffect(() => setText(where), [where]);
  return (
    <form
      className="jp-dsa-filter"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        void model.filter(text);
      }}
    >
      <input
        type="search"
        value={text}
        aria-label={trans.__('Show rows where')}
        aria-invalid={isWrong}
        placeholder={trans.__('Show rows where… (qty > 10 and city = ’Ulm’)').replaceAll('’', "'")}
        title={trans.__('A condition in SQL; Enter applies it')}
        spellCheck={false}
        onChange={event => {
          setText(event.target.value);
          if (event.target.value === '' && (where || isWrong)) {
            void model.filter('');
          }
        }}
      />
    </form>
  );
}

interface IJumpProps {
  rows: number;
  trans: TranslationBundle;
  jump: (row: number) => void;
}

function Jump({ rows, trans, jump }: IJumpProps): JSX.Element {
  const [text, setText] = React.useState('');
  const row = Number(text.replace(/[^\d]/g, ''));
  return (
    <form
      className="jp-dsa-jump"
      onSubmit={event => {
        event.preventDefault();
        if (row > 0 && rows > 0) {
          jump(Math.min(row, rows) - 1);
          setText('');
        }
      }}
    >
      <input
        inputMode="numeric"
        value={text}
        aria-label={trans.__('Go to row')}
        placeholder={trans.__('Go to row')}
        onChange={event => setText(event.target.value)}
      />
    </form>
  );
}

interface IUnopenedProps {
  model: TableModel;
  trans: TranslationBundle;
  problem: Problem;
}

function Unopened({ model, trans, problem }: IUnopenedProps): JSX.Element {
  return (
    <div className="jp-dsa-state" role="alert">
      <h3>{trans.__('The table cannot be shown')}</h3>
      <p>
        {problem.message} {problem.hint}
      </p>
      <Button className="jp-mod-styled jp-mod-accept" onClick={() => void model.open()}>
        <refreshIcon.react tag="span" /> {trans.__('Try again')}
      </Button>
    </div>
  );
}

function countOf(model: TableModel, trans: TranslationBundle): string {
  const all = model.schema!.rows;
  const { where, rows } = model.shown!;
  return where
    ? trans.__('%1 of %2 rows', rows.toLocaleString(), all.toLocaleString())
    : trans._n('%2 row', '%2 rows', all, all.toLocaleString());
}

function movedText(model: TableModel, trans: TranslationBundle): string {
  return Number.isFinite(model.newer)
    ? trans._n(
        '%2 moved: %1 newer commit. What you see stays as it is.',
        '%2 moved: %1 newer commits. What you see stays as it is.',
        model.newer,
        model.of.at
      )
    : trans.__('%1 moved to another history. What you see stays as it is.', model.of.at);
}
