/** How each kind of row looks. */

import { caretDownIcon, caretRightIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ICommit, IRef } from '../api';
import { branchIcon, datasetIcon, lockIcon, tableIcon, tagIcon } from './icons';
import type { Row } from './rows';
import { countsOf, type Words } from './words';

/** Say a row in one line, for those who hear it. */
export function labelOf(row: Row, words: Words): string {
  const { trans } = words;
  switch (row.kind) {
    case 'dataset':
      return trans.__('Dataset %1', row.dataset.name);
    case 'ref':
      return [
        `${words.kindOf(row.ref)} ${row.ref.name}`,
        row.isShown ? trans.__('shown') : '',
        row.ref.protected ? trans.__('protected') : ''
      ]
        .filter(part => part !== '')
        .join(', ');
    case 'table':
      return trans.__('Table %1, %2', row.table.name, words.rows(row.table.rows));
    case 'commit':
      return trans.__(
        'Commit %1, %2, %3, %4',
        row.commit.message,
        words.counted(countsOf(row.commit)),
        row.commit.author,
        words.ago(row.commit.time)
      );
    case 'storage':
      return `${words.taken(row.storage)}. ${words.counting(row.storage)}`;
    case 'problem':
      return `${row.problem.message} ${row.problem.hint}`;
    default:
      return textOf(row, words);
  }
}

/** The text of rows that are a text and nothing else. */
function textOf(row: Row, words: Words): string {
  const { trans } = words;
  if (row.kind === 'more') {
    return row.what === 'commits'
      ? trans.__('Older commits…')
      : trans._n('%2 more…', '%2 more…', row.count, words.number(row.count));
  }
  if (row.kind === 'note') {
    return row.note === 'loading' ? trans.__('Loading…') : trans.__('Nothing is committed yet.');
  }
  if (row.kind === 'heading') {
    switch (row.section) {
      case 'refs':
        return trans.__('Branches and tags');
      case 'tables':
        return trans.__('Tables');
      case 'history':
        return trans.__('History of %1', row.of);
    }
  }
  return '';
}

export function RowContent({ row, words }: { row: Row; words: Words }): JSX.Element {
  switch (row.kind) {
    case 'dataset':
      return <DatasetContent row={row} words={words} />;
    case 'ref':
      return <RefContent item={row.ref} isShown={row.isShown} words={words} />;
    case 'table':
      return (
        <>
          <tableIcon.react tag="span" className="jp-dsa-icon" />
          <span className="jp-dsa-name" title={words.table(row.table)}>
            {row.table.name}
          </span>
          <span className="jp-dsa-meta">{words.rows(row.table.rows)}</span>
        </>
      );
    case 'commit':
      return <CommitContent commit={row.commit} refs={row.refs} words={words} />;
    case 'storage':
      return (
        <span className="jp-dsa-name" title={words.counting(row.storage)}>
          {words.taken(row.storage)}
        </span>
      );
    case 'problem':
      return (
        <div className="jp-dsa-lines" title={labelOf(row, words)}>
          <span className="jp-dsa-name">{row.problem.message}</span>
          <span className="jp-dsa-meta">{row.problem.hint || words.trans.__('Try again')}</span>
        </div>
      );
    default:
      return <span className="jp-dsa-name">{textOf(row, words)}</span>;
  }
}

function DatasetContent({
  row,
  words
}: {
  row: Row & { kind: 'dataset' };
  words: Words;
}): JSX.Element {
  const { dataset, isOpen } = row;
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  const time = dataset.deleted_at ?? dataset.head?.updated_at ?? dataset.created_at;
  const who = dataset.head?.updated_by ?? dataset.created_by;
  return (
    <>
      {dataset.deleted_at === undefined && <Caret.react tag="span" className="jp-dsa-caret" />}
      <datasetIcon.react tag="span" className="jp-dsa-icon" />
      <span className="jp-dsa-name" title={[dataset.name, dataset.description].join('\n').trim()}>
        {dataset.name}
        {dataset.description && <span className="jp-dsa-description">{dataset.description}</span>}
      </span>
      <span className="jp-dsa-meta" title={`${who} · ${words.moment(time)}`}>
        {dataset.head || dataset.deleted_at ? words.ago(time) : words.trans.__('empty')}
      </span>
    </>
  );
}

function RefContent(props: { item: IRef; isShown: boolean; words: Words }): JSX.Element {
  const { item, isShown, words } = props;
  const Icon = item.kind === 'branch' ? branchIcon : tagIcon;
  return (
    <>
      <Icon.react tag="span" className="jp-dsa-icon" />
      <span className="jp-dsa-name" title={`${words.kindOf(item)} ${item.name}\n${item.commit}`}>
        {item.name}
        {item.protected && (
          <lockIcon.react tag="span" className="jp-dsa-lock" title={words.trans.__('Protected')} />
        )}
        {isShown && <span className="jp-dsa-shown">{words.trans.__('shown')}</span>}
      </span>
      <span className="jp-dsa-meta" title={`${item.updated_by} · ${words.moment(item.updated_at)}`}>
        {words.ago(item.updated_at)}
      </span>
    </>
  );
}

function CommitContent(props: {
  commit: ICommit;
  refs: readonly IRef[];
  words: Words;
}): JSX.Element {
  const { commit, refs, words } = props;
  const counts = countsOf(commit);
  return (
    <div className="jp-dsa-lines" title={`${commit.message}\n${commit.id}`}>
      <span className="jp-dsa-line">
        <span className="jp-dsa-name">{commit.message}</span>
        {refs.slice(0, 2).map(ref => (
          <span key={ref.name} className="jp-dsa-badge" data-dsa-ref={ref.kind}>
            {ref.name}
          </span>
        ))}
        {refs.length > 2 && <span className="jp-dsa-badge">{`+${refs.length - 2}`}</span>}
      </span>
      <span className="jp-dsa-line jp-dsa-meta">
        <span className="jp-dsa-who">
          {commit.author} ·{' '}
          <time dateTime={commit.time} title={words.moment(commit.time)}>
            {words.ago(commit.time)}
          </time>
        </span>
        <span className="jp-dsa-counts" title={words.counted(counts)}>
          {counts.added > 0 && <b className="jp-dsa-added">+{words.short(counts.added)}</b>}
          {counts.removed > 0 && <b className="jp-dsa-removed">−{words.short(counts.removed)}</b>}
          {counts.changed > 0 && <b className="jp-dsa-changed">~{words.short(counts.changed)}</b>}
        </span>
      </span>
    </div>
  );
}

/** The button of a row that shows what can be done with it, for those who have no right mouse button. */
export function MenuButton({ label }: { label: string }): JSX.Element {
  return (
    <button
      className="jp-dsa-menu"
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={event => {
        event.stopPropagation();
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        event.currentTarget.dispatchEvent(
          new MouseEvent('contextmenu', {
            bubbles: true,
            cancelable: true,
            clientX: left,
            clientY: bottom
          })
        );
      }}
    >
      <ellipsesIcon.react tag="span" />
    </button>
  );
}
