/** Icons, all drawn in the colours of the theme. */

import { LabIcon } from '@jupyterlab/ui-components';

import branch from '../../style/icons/branch.svg';
import cancelled from '../../style/icons/cancelled.svg';
import clock from '../../style/icons/clock.svg';
import dataset from '../../style/icons/dataset.svg';
import done from '../../style/icons/done.svg';
import failed from '../../style/icons/failed.svg';
import lock from '../../style/icons/lock.svg';
import table from '../../style/icons/table.svg';
import tag from '../../style/icons/tag.svg';
import workbench from '../../style/icons/workbench.svg';

export const branchIcon = new LabIcon({ name: 'dsa:branch', svgstr: branch });
export const cancelledIcon = new LabIcon({ name: 'dsa:cancelled', svgstr: cancelled });
export const clockIcon = new LabIcon({ name: 'dsa:clock', svgstr: clock });
export const datasetIcon = new LabIcon({ name: 'dsa:dataset', svgstr: dataset });
export const doneIcon = new LabIcon({ name: 'dsa:done', svgstr: done });
export const failedIcon = new LabIcon({ name: 'dsa:failed', svgstr: failed });
export const lockIcon = new LabIcon({ name: 'dsa:lock', svgstr: lock });
export const tableIcon = new LabIcon({ name: 'dsa:table', svgstr: table });
export const tagIcon = new LabIcon({ name: 'dsa:tag', svgstr: tag });
export const workbenchIcon = new LabIcon({ name: 'dsa:workbench', svgstr: workbench });
