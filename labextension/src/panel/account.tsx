/** Who looks, what is permitted here, and what the store takes. */

import { userIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { WorkbenchModel } from '../models';
import { mayOf, refusedOf } from './permission-words';
import type { Words } from './words';

export function Account({ model, words }: { model: WorkbenchModel; words: Words }): JSX.Element {
  const { access, connection } = model;
  const { trans } = words;
  const server = connection.state.kind === 'ready' ? connection.state.server : undefined;
  const actor = server?.actor ?? '';
  const known =
    access.name && access.name !== actor
      ? trans.__('The server knows you as %1.', access.name)
      : '';
  const told = [trans.__('Commits bear the name %1.', actor), known, refusedOf(access, trans)];
  const taken = server?.bytes_stored;
  return (
    <div className="jp-dsa-account">
      <userIcon.react tag="span" className="jp-dsa-icon" />
      <span
        className="jp-dsa-name"
        role="note"
        tabIndex={0}
        title={told.filter(part => part !== '').join('\n')}
      >
        {actor} <span className="jp-dsa-may">{mayOf(access, trans)}</span>
      </span>
      {taken !== undefined && (
        <span
          className="jp-dsa-meta"
          role="note"
          tabIndex={0}
          title={trans.__(
            'What the whole store takes on the disk of its database, with indexes, deleted datasets and jobs'
          )}
        >
          {trans.__('Store %1', words.bytes(taken))}
        </span>
      )}
    </div>
  );
}
