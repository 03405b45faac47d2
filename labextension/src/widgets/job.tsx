/** The widget of a job: the panel's row of it, which asks the kernel how far it is. */

import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Client } from '../api';
import { Jobs } from '../panel/jobs';
import type { IRenderProps } from './anywidget';
import { KernelCarrier } from './carrier';
import { JobFollowed } from './job-followed';
import { mount } from './mount';
import { Traits } from './traits';
import { words } from './words';

function Followed({ job }: { job: JobFollowed }): JSX.Element {
  return (
    <UseSignal signal={job.changed}>
      {() => (
        <>
          <Jobs jobs={job} words={words} attempt={work => void job.attempt(work)} />
          {job.problem && job.items.length > 0 && (
            <p className="jp-dsa-refused" role="alert">
              <b>{job.problem.message}</b> {job.problem.hint}
            </p>
          )}
        </>
      )}
    </UseSignal>
  );
}

export function drawJob({ model, el }: IRenderProps): () => void {
  const carrier = new KernelCarrier(model);
  const job = new JobFollowed(new Client(carrier), new Traits(model));
  const unmount = mount(el, model, 'job', <Followed job={job} />);
  return () => {
    unmount();
    job.dispose();
    carrier.dispose();
  };
}
