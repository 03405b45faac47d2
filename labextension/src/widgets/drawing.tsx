/** The code that draws widgets, in any page that has anywidget: the panel's parts, asking the kernel. */

import type { Draw } from './anywidget';
import { drawDiff } from './diff';
import { drawHistory } from './history';
import { drawJob } from './job';
import { drawTable } from './table/table';
import { drawUpload } from './upload/upload';

const FACES: Record<string, Draw> = {
  table: drawTable,
  diff: drawDiff,
  history: drawHistory,
  job: drawJob,
  upload: drawUpload
};

/** Draw a widget by what it says that it shows. */
export const draw: Draw = props => FACES[String(props.model.get('_face'))]!(props);
