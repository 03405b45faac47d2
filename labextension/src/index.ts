/** The plugins of the extension; each may be switched off, and each goes without what it can do without. */

import { commandsPlugin } from './plugins/commands';
import { dataPlugin } from './plugins/data';
import { diffPlugin } from './plugins/diff';
import { historyPlugin } from './plugins/history';
import { importPlugin } from './plugins/import';
import { importFromBrowserPlugin } from './plugins/import-from-browser';
import { insertCodePlugin } from './plugins/insert-code';
import { panelPlugin } from './plugins/panel';
import { queryPlugin } from './plugins/query';
import { statusPlugin } from './plugins/status';
import { workbenchPlugin } from './plugins/workbench';

export * from './tokens';

export default [
  workbenchPlugin,
  panelPlugin,
  commandsPlugin,
  dataPlugin,
  historyPlugin,
  diffPlugin,
  importPlugin,
  importFromBrowserPlugin,
  insertCodePlugin,
  queryPlugin,
  statusPlugin
];
