/** Beside the list: what a chosen commit did, and what can be done with it; or the two that can be compared. */

import { Button, copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ICommit, ICommitShown, ITableSummary } from '../../api';
import type { HistoryModel } from '../../models';
import type { Words } from '../../panel/words';
import { schemaSentence } from '../../parts/schema-words';

/** What can be done with a commit; a command that nobody has is left out. */
export interface ICommitActions {
  compare: (from: string, to: string) => void;
  copy: (text: string) => void;
  openData?: ((commit: ICommit) => void) | undefined;
  createBranch?: ((commit: ICommit) => void) | undefined;
  /** Why no branch may be made, where none may. */
  refusedBranch?: (() => string | undefined) | undefined;
}

interface IDetailsProps {
  model: HistoryModel;
  words: Words;
  actions: ICommitActions;
}

export function Details({ model, words, actions }: IDetailsProps): JSX.Element {
  const { trans } = words;
  const { pair, detail } = model;
  if (pair) {
    return (
      <section className="jp-dsa-details" aria-label={trans.__('Two commits')}>
        <h3>{trans.__('Two commits are chosen')}</h3>
        <Side title={trans.__('Older')} commit={pair.from} words={words} />
        <Side title={trans.__('Newer')} commit={pair.to} words={words} />
        <div className="jp-dsa-buttons">
          <Button
            className="jp-mod-styled jp-mod-accept"
            onClick={() => actions.compare(pair.from.id, pair.to.id)}
          >
            {trans.__('Compare')}
          </Button>
        </div>
      </section>
    );
  }
  if (!detail) {
    return (
      <section className="jp-dsa-details" aria-label={trans.__('Commit')}>
        <p className="jp-dsa-quiet">
          {trans.__(
            'Choose a commit to see what it did. Choose a second one with Ctrl or Shift to compare the two.'
          )}
        </p>
      </section>
    );
  }
  return <OneCommit commit={detail} model={model} words={words} actions={actions} />;
}

function OneCommit(props: IDetailsProps & { commit: ICommit | ICommitShown }): JSX.Element {
  const { commit, model, words, actions } = props;
  const { trans } = words;
  const { openData, createBranch } = actions;
  const [parent] = commit.parents;
  return (
    <section className="jp-dsa-details" aria-label={trans.__('Commit')}>
      <p className="jp-dsa-message">{commit.message}</p>
      <dl>
        <dt>{trans.__('Author')}</dt>
        <dd>{commit.author}</dd>
        <dt>{trans.__('Time')}</dt>
        <dd title={words.ago(commit.time)}>{words.moment(commit.time)}</dd>
        <dt>{trans.__('Id')}</dt>
        <dd>
          <code className="jp-dsa-whole-id">{commit.id}</code>
          <button
            className="jp-dsa-action"
            aria-label={trans.__('Copy the id')}
            title={trans.__('Copy the id')}
            onClick={() => actions.copy(commit.id)}
          >
            <copyIcon.react tag="span" />
          </button>
        </dd>
        <dt>{trans._n('Parent', 'Parents', Math.max(commit.parents.length, 1))}</dt>
        <dd>
          {commit.parents.length === 0 && trans.__('none: it is the first')}
          {commit.parents.map(id => (
            <button
              key={id}
              className="jp-dsa-link"
              title={trans.__('Compare with %1', id)}
              onClick={() => actions.compare(id, commit.id)}
            >
              {id.slice(0, 10)}
            </button>
          ))}
        </dd>
      </dl>
      <Tables commit={commit} words={words} />
      <div className="jp-dsa-buttons">
        {parent !== undefined && (
          <Button
            className="jp-mod-styled jp-mod-accept"
            onClick={() => actions.compare(parent, commit.id)}
          >
            {trans.__('Compare with parent')}
          </Button>
        )}
        {openData && (
          <Button className="jp-mod-styled" onClick={() => openData(commit)}>
            {trans.__('Open data')}
          </Button>
        )}
        {createBranch && (
          <Button
            className="jp-mod-styled"
            onClick={() => createBranch(commit)}
            disabled={actions.refusedBranch?.() !== undefined}
            title={actions.refusedBranch?.()}
          >
            {trans.__('New branch here…')}
          </Button>
        )}
      </div>
      {model.problem && <p className="jp-dsa-warning">{model.problem.message}</p>}
    </section>
  );
}

function Tables({ commit, words }: { commit: ICommit | ICommitShown; words: Words }): JSX.Element {
  const { trans } = words;
  const schema = 'schema_changes' in commit ? commit.schema_changes : {};
  const names = [...new Set([...Object.keys(commit.summary), ...Object.keys(schema)])];
  return (
    <>
      <h3>{trans.__('Tables')}</h3>
      {names.length === 0 && <p className="jp-dsa-quiet">{trans.__('No table was changed.')}</p>}
      {names.map(name => (
        <div key={name} className="jp-dsa-table-summary">
          <span className="jp-dsa-line">
            <b className="jp-dsa-name">{name}</b>
            <Counts counts={commit.summary[name] ?? {}} words={words} />
          </span>
          {(schema[name] ?? []).map((change, index) => (
            <p key={index}>{schemaSentence(change, trans)}</p>
          ))}
        </div>
      ))}
    </>
  );
}

function Counts({ counts, words }: { counts: ITableSummary; words: Words }): JSX.Element {
  const { added = 0, removed = 0, changed = 0 } = counts;
  if (added + removed + changed === 0) {
    return <span className="jp-dsa-meta">{words.trans.__('no row changed')}</span>;
  }
  return (
    <span className="jp-dsa-counts" title={words.counted({ added, removed, changed })}>
      <b className="jp-dsa-added">+{words.number(added)}</b>
      <b className="jp-dsa-removed">−{words.number(removed)}</b>
      <b className="jp-dsa-changed">~{words.number(changed)}</b>
    </span>
  );
}

function Side(props: { title: string; commit: ICommit; words: Words }): JSX.Element {
  const { title, commit, words } = props;
  return (
    <div className="jp-dsa-side">
      <span className="jp-dsa-meta">{title}</span>
      <span className="jp-dsa-name" title={commit.message}>
        {commit.message.split('\n', 1)[0]}
      </span>
      <span className="jp-dsa-meta">
        {commit.author} · {words.moment(commit.time)} · <code>{commit.id.slice(0, 10)}</code>
      </span>
    </div>
  );
}
