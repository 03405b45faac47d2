/** What was assumed and decided, and what is written otherwise or lost. */

import * as React from 'react';

import type { IFinding } from '../../api';
import type { ImportWords } from './words';

interface INotesProps {
  notes: readonly string[];
  findings: readonly IFinding[];
  words: ImportWords;
}

export function Notes({ notes, findings, words }: INotesProps): JSX.Element {
  const { trans } = words;
  const effect = (finding: IFinding): string => {
    switch (finding.effect) {
      case 'kept':
        return trans.__('kept');
      case 'form':
        return trans.__('written in another way now');
      case 'lost':
        return trans.__('lost');
    }
  };
  return (
    <>
      {notes.length > 0 && (
        <ul aria-label={trans.__('Notes')}>
          {notes.map(note => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <ul aria-label={trans.__('Report')}>
        {findings.map((finding, index) => (
          <li key={index} data-dsa-effect={finding.effect}>
            {[
              `${words.words.number(finding.count)} ${finding.what}`,
              finding.column ? trans.__('in %1', finding.column) : '',
              `(${effect(finding)})`,
              finding.example ? trans.__('such as %1', finding.example) : ''
            ]
              .filter(part => part !== '')
              .join(' ')}
          </li>
        ))}
      </ul>
    </>
  );
}
