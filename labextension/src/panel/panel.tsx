/** The panel at the side: datasets above, jobs below, each a section that can be folded. */

import { showErrorMessage } from '@jupyterlab/apputils';
import { PanelWithToolbar, ReactWidget, SidePanel, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { AccordionPanel } from '@lumino/widgets';
import * as React from 'react';

import { type Need, problemFrom, type WorkbenchModel } from '../models';
import { Account } from './account';
import { workbenchIcon } from './icons';
import { Jobs } from './jobs';
import { Search } from './search';
import { refusalOf } from './permission-words';
import { PanelState } from './state';
import { Connection, NoDatasets } from './states';
import { Tree } from './tree';
import type { Words } from './words';

export interface IPanelOptions {
  model: WorkbenchModel;
  words: Words;
  /** Ask for a name, and make a dataset of it. */
  create: () => void;
}

export class WorkbenchPanel extends SidePanel {
  constructor(options: IPanelOptions) {
    super({});
    const { model, words } = options;
    const { trans } = words;
    this.model = model;
    this.state = new PanelState(model);
    this.id = 'dsa-workbench-panel';
    this.addClass('jp-dsa-panel');
    this.title.icon = workbenchIcon;
    this.title.caption = trans.__('DSA Workbench: versioned datasets');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('DSA Workbench'));

    const datasets = this.datasets;
    datasets.addClass('jp-dsa-section');
    datasets.title.label = trans.__('Datasets');
    const retry = () => void model.refresh();
    datasets.addWidget(
      bodyOf(
        <UseSignal signal={this.state.changed}>
          {() => (
            <Datasets state={this.state} words={words} create={options.create} retry={retry} />
          )}
        </UseSignal>
      )
    );
    this.addWidget(datasets);

    const jobs = new PanelWithToolbar();
    jobs.addClass('jp-dsa-section');
    jobs.title.label = trans.__('Jobs');
    jobs.addWidget(
      bodyOf(
        <UseSignal signal={model.access.changed}>
          {() => (
            <UseSignal signal={model.jobs.changed}>
              {() => (
                <Jobs
                  jobs={model.jobs}
                  words={words}
                  attempt={attempt}
                  refusal={refusalIn(model, 'write jobs', words)}
                />
              )}
            </UseSignal>
          )}
        </UseSignal>
      )
    );
    model.jobs.changed.connect(() => {
      const active = model.jobs.active.length;
      jobs.title.label = active ? trans.__('Jobs (%1 at work)', active) : trans.__('Jobs');
    }, this);
    this.addWidget(jobs);
    if (this.content instanceof AccordionPanel) {
      this.content.setRelativeSizes([3, 1]);
    }
  }

  readonly model: WorkbenchModel;
  readonly state: PanelState;

  /** The section of the datasets; its toolbar takes buttons. */
  readonly datasets = new PanelWithToolbar();

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.setVisible(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.model.setVisible(false);
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.model.setVisible(this.isVisible);
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    const first = this.node.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"], input');
    first?.focus();
  }
}

function bodyOf(content: JSX.Element): ReactWidget {
  const body = ReactWidget.create(content);
  body.addClass('jp-dsa-body');
  return body;
}

interface IDatasetsProps {
  state: PanelState;
  words: Words;
  create: () => void;
  retry: () => void;
}

function Datasets({ state, words, create, retry }: IDatasetsProps): JSX.Element {
  const { connection, datasets } = state.model;
  const rows = state.rows;
  const isConnected = connection.isReady;
  return (
    <div className="jp-dsa-datasets">
      <Connection state={connection.state} words={words} retry={retry} />
      {isConnected && <Search datasets={datasets} words={words} />}
      {isConnected && rows.length === 0 && (
        <NoDatasets
          datasets={datasets}
          words={words}
          create={create}
          retry={retry}
          refusal={refusalIn(state.model, 'write datasets', words)}
        />
      )}
      {rows.length > 0 && <Tree rows={rows} state={state} words={words} />}
      {isConnected && <Account model={state.model} words={words} />}
    </div>
  );
}

/** Say why something is not to be had; undefined where it is. */
function refusalIn({ access }: WorkbenchModel, need: Need, { trans }: Words): string | undefined {
  return access.may(need) ? undefined : refusalOf(need, trans);
}

/** Do something that may fail, and tell why it did. */
export function attempt(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    const problem = problemFrom(error);
    return showErrorMessage(problem.message, problem.hint || problem.code);
  });
}
