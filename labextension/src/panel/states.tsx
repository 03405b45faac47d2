/** What stands where datasets would, when there are none to show: why, and what to do about it. */

import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Problem } from '../api';
import type { ConnectionState, DatasetsModel } from '../models';
import type { Words } from './words';

const MISSING_CURE = `python -m pip install dsa-workbench
jupyter server extension enable dsa_workbench`;
const FIRST_STEPS = `%load_ext dsa_workbench
%dsa import orders.csv sales`;

interface IStateProps {
  title: string;
  children?: React.ReactNode;
  /** A command to be run in a terminal. */
  cure?: string;
  action?: { label: string; run: () => void; refusal?: string | undefined };
  isAlert?: boolean;
}

export function State({ title, children, cure, action, isAlert }: IStateProps): JSX.Element {
  return (
    <div className="jp-dsa-state" role={isAlert ? 'alert' : 'status'}>
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {cure && <pre tabIndex={0}>{cure}</pre>}
      {action && (
        <Button
          className="jp-mod-styled jp-mod-accept"
          onClick={action.run}
          disabled={action.refusal !== undefined}
          title={action.refusal}
        >
          {action.label}
        </Button>
      )}
    </div>
  );
}

interface IConnectionProps {
  state: ConnectionState;
  words: Words;
  retry: () => void;
}

/** Explain why the server cannot be used; nothing where it can. */
export function Connection({ state, words, retry }: IConnectionProps): JSX.Element | null {
  const { trans } = words;
  const again = { label: trans.__('Try again'), run: retry };
  switch (state.kind) {
    case 'ready':
      return null;
    case 'connecting':
      return <State title={trans.__('Connecting…')} />;
    case 'offline':
      return (
        <State isAlert title={trans.__('The server does not answer')} action={again}>
          {trans.__(
            'Look whether Jupyter still runs. The panel goes on by itself when it is back.'
          )}
        </State>
      );
    case 'missing':
      return (
        <State
          isAlert
          title={trans.__('The server part is missing')}
          cure={MISSING_CURE}
          action={again}
        >
          {trans.__(
            'This JupyterLab has the panel, and the server behind it does not know DSA Workbench: it was started before the installation, or runs in another environment. Run this in the environment of the server, then restart it:'
          )}
        </State>
      );
    case 'older':
      return (
        <State
          isAlert
          title={trans.__('The server part is older than the panel')}
          cure="python -m pip install --upgrade dsa-workbench"
          action={again}
        >
          {trans.__(
            'The server has version %1. Run this in its environment, then restart it:',
            state.version
          )}
        </State>
      );
    case 'refused':
      return (
        <State isAlert title={trans.__('You may not see this')} action={again}>
          <Told problem={state.problem} words={words} />
        </State>
      );
    case 'broken':
      return (
        <State isAlert title={trans.__('The store cannot be used')} action={again}>
          <Told problem={state.problem} words={words} />
        </State>
      );
  }
}

interface INoneProps {
  datasets: DatasetsModel;
  words: Words;
  create: () => void;
  retry: () => void;
  /** Why no dataset may be made. */
  refusal: string | undefined;
}

/** Say why the list is empty. */
export function NoDatasets({ datasets, words, create, retry, refusal }: INoneProps): JSX.Element {
  const { trans } = words;
  if (datasets.problem) {
    return (
      <State
        isAlert
        title={trans.__('The datasets could not be listed')}
        action={{ label: trans.__('Try again'), run: retry }}
      >
        <Told problem={datasets.problem} words={words} />
      </State>
    );
  }
  if (datasets.isLoading) {
    return <State title={trans.__('Loading…')} />;
  }
  if (datasets.search) {
    return (
      <State
        title={trans.__('Nothing matches “%1”', datasets.search)}
        action={{ label: trans.__('Show all'), run: () => void datasets.setSearch('') }}
      >
        {trans.__('All words that are typed must stand in a name or a description.')}
      </State>
    );
  }
  if (datasets.deleted) {
    return (
      <State
        title={trans.__('No dataset is deleted')}
        action={{ label: trans.__('Show datasets'), run: () => void datasets.setDeleted(false) }}
      />
    );
  }
  return (
    <State
      title={trans.__('No datasets yet')}
      cure={FIRST_STEPS}
      action={{ label: trans.__('New dataset'), run: create, refusal }}
    >
      {trans.__('Import a file in a notebook, and it stands here:')}
    </State>
  );
}

function Told({ problem, words }: { problem: Problem; words: Words }): JSX.Element {
  return (
    <>
      {problem.message} {problem.hint}
      {problem.requestId && <small>{words.trans.__('Request %1', problem.requestId)}</small>}
    </>
  );
}
