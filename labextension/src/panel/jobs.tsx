/** The jobs: how far those at work are, what became of the others, their logs. */

import { closeIcon, refreshIcon, textEditorIcon, type LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IJob } from '../api';
import { isActive, type JobsModel, shareOf } from '../models';
import { Bar } from '../parts/bar';
import { cancelledIcon, clockIcon, doneIcon, failedIcon } from './icons';
import type { Words } from './words';

/** What is known of jobs, and what can be done with them. */
export type IJobsShown = Pick<
  JobsModel,
  'items' | 'problem' | 'isOpen' | 'logOf' | 'toggleLog' | 'cancel' | 'retry'
>;

interface IJobsProps {
  jobs: IJobsShown;
  words: Words;
  /** Do something that may fail, and tell why it did. */
  attempt: (work: () => Promise<void>) => void;
  /** Why jobs may not be cancelled or done again, where they may not. */
  refusal?: string | undefined;
}

const ICONS: Record<IJob['state'], LabIcon> = {
  queued: clockIcon,
  running: clockIcon,
  succeeded: doneIcon,
  failed: failedIcon,
  cancelled: cancelledIcon
};

export function Jobs(props: IJobsProps): JSX.Element {
  const { jobs, words } = props;
  const { trans } = words;
  if (jobs.items.length === 0) {
    return (
      <p className="jp-dsa-quiet">
        {jobs.problem
          ? jobs.problem.message
          : trans.__('Imports and exports in the background stand here.')}
      </p>
    );
  }
  return (
    <ul className="jp-dsa-jobs" aria-label={trans.__('Jobs')}>
      {jobs.items.map(job => (
        <Job key={job.id} job={job} {...props} />
      ))}
    </ul>
  );
}

function Job({ job, jobs, words, attempt, refusal }: IJobsProps & { job: IJob }): JSX.Element {
  const { trans } = words;
  const Icon = ICONS[job.state];
  const told = words.stateOf(job);
  const when = job.ended_at ?? job.created_at;
  const name = trans.__('Job %1: %2', job.id, job.about);
  return (
    <li className="jp-dsa-job" data-dsa-state={job.state}>
      <div className="jp-dsa-job-head">
        <Icon.react tag="span" className="jp-dsa-icon" />
        <span className="jp-dsa-name" title={name}>
          {job.about}
        </span>
        {isActive(job) && !job.cancel_requested_by && (
          <Action
            icon={closeIcon}
            label={trans.__('Cancel job %1', job.id)}
            refusal={refusal}
            run={() => attempt(() => jobs.cancel(job.id))}
          />
        )}
        {(job.state === 'failed' || job.state === 'cancelled') && job.durable && (
          <Action
            icon={refreshIcon}
            label={trans.__('Do job %1 again', job.id)}
            refusal={refusal}
            run={() => attempt(() => jobs.retry(job.id))}
          />
        )}
        <Action
          icon={textEditorIcon}
          label={trans.__('Log of job %1', job.id)}
          isPressed={jobs.isOpen(job.id)}
          run={() => attempt(() => jobs.toggleLog(job.id))}
        />
      </div>
      {job.state === 'running' && <Bar share={shareOf(job)} label={name} told={told} />}
      <div className="jp-dsa-meta" title={words.moment(when)}>
        {job.state === 'running' ? told : `${told} · ${words.ago(when)} · ${job.actor}`}
      </div>
      {job.error && (
        <div className="jp-dsa-job-error">
          {job.error.message} <span>{job.error.hint}</span>
        </div>
      )}
      {jobs.isOpen(job.id) && (
        <pre className="jp-dsa-log" tabIndex={0} aria-label={trans.__('Log of job %1', job.id)}>
          {jobs
            .logOf(job.id)
            .map(line => `${new Date(line.at).toLocaleTimeString()}  ${line.text}`)
            .join('\n') || trans.__('Nothing is written yet.')}
        </pre>
      )}
    </li>
  );
}

interface IActionProps {
  icon: LabIcon;
  label: string;
  run: () => void;
  isPressed?: boolean;
  refusal?: string | undefined;
}

function Action({ icon: Icon, label, run, isPressed, refusal }: IActionProps): JSX.Element {
  const pressed = isPressed === undefined ? {} : { 'aria-pressed': isPressed };
  return (
    <button
      className="jp-dsa-action"
      aria-label={label}
      title={refusal ?? label}
      disabled={refusal !== undefined}
      onClick={run}
      {...pressed}
    >
      <Icon.react tag="span" />
    </button>
  );
}
