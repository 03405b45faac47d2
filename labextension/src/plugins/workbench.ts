/** Provides the model that all parts share. It asks nothing of the server before somebody looks. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { Client, Transport } from '../api';
import { WorkbenchModel } from '../models';
import { IWorkbench } from '../tokens';

export const workbenchPlugin: JupyterFrontEndPlugin<IWorkbench> = {
  id: 'dsa-workbench:workbench',
  description: 'Provides the datasets and jobs of DSA Workbench.',
  autoStart: true,
  provides: IWorkbench,
  activate: (app: JupyterFrontEnd): IWorkbench => {
    const client = new Client(new Transport(app.serviceManager.serverSettings));
    return { model: new WorkbenchModel({ client }) };
  }
};
