/** Beneath the grid: the active cell in full, with the words that changed marked. */

import * as React from 'react';

import { wordDiff } from '../../parts/word-diff';
import { FAILED, LOADING } from '../../parts/grid';
import type { Words } from '../../panel/words';
import type { DiffRows } from './rows';

/** Characters of a cell that are told apart word by word. */
const MOST = 200_000;

export function CellDetail({ rows, words }: { rows: DiffRows; words: Words }): JSX.Element {
  const { trans } = words;
  const { model, current } = rows;
  const name = current && model?.changes.nameAt(current.column);
  if (!model || !current || current.row < 0 || name === undefined || name === null) {
    return (
      <section className="jp-dsa-cell-detail" aria-label={trans.__('The active cell')}>
        <p className="jp-dsa-meta">
          {trans.__(
            'Choose a cell to read it in full. N and P, or F7 and Shift+F7, go from change to change.'
          )}
        </p>
      </section>
    );
  }
  const [old, now] = model.sides(current.row, current.column, MOST);
  const kind = model.kindOf(current.row);
  return (
    <section className="jp-dsa-cell-detail" aria-label={trans.__('The active cell')}>
      <b>{name}</b>
      <Texts old={old} now={now} kind={kind} none={trans.__('null')} wait={trans.__('Loading…')} />
    </section>
  );
}

type Side = ReturnType<NonNullable<DiffRows['model']>['sides']>[0];

interface ITextsProps {
  old: Side;
  now: Side;
  kind: string | undefined;
  none: string;
  wait: string;
}

function Texts({ old, now, kind, none, wait }: ITextsProps): JSX.Element {
  const pieces = React.useMemo(
    () => (typeof old === 'string' && typeof now === 'string' ? wordDiff(old, now) : null),
    [old, now]
  );
  if ([old, now].some(side => side === LOADING || side === FAILED)) {
    return <p>{wait}</p>;
  }
  if (kind === 'added') {
    return (
      <p>
        <Text text={now} none={none} />
      </p>
    );
  }
  if (kind === 'removed' || old === now) {
    return (
      <p>
        <Text text={old} none={none} />
      </p>
    );
  }
  if (!pieces) {
    return (
      <>
        <p>
          <del>
            <Text text={old} none={none} />
          </del>
        </p>
        <p>
          <ins>
            <Text text={now} none={none} />
          </ins>
        </p>
      </>
    );
  }
  return (
    <>
      <p data-dsa-side="old">
        {pieces.map((piece, index) =>
          piece.kind === 'added' ? null : piece.kind === 'removed' ? (
            <del key={index}>{piece.text}</del>
          ) : (
            <span key={index}>{piece.text}</span>
          )
        )}
      </p>
      <p data-dsa-side="new">
        {pieces.map((piece, index) =>
          piece.kind === 'removed' ? null : piece.kind === 'added' ? (
            <ins key={index}>{piece.text}</ins>
          ) : (
            <span key={index}>{piece.text}</span>
          )
        )}
      </p>
    </>
  );
}

function Text({ text, none }: { text: Side; none: string }): JSX.Element {
  return typeof text === 'string' ? <>{text}</> : <i>{none}</i>;
}
