/** The files that what is shown can be downloaded as. */

import * as React from 'react';

import type { ExportFormat } from '../../api';
import type { TableModel } from '../../models';
import type { Words } from '../../panel/words';
import { nameOf } from '../version';
import { Popover } from './popover';

const FORMATS: ExportFormat[] = ['csv', 'tsv', 'xlsx', 'parquet', 'arrow', 'jsonl'];
/** Rows of a sheet of Excel, less the one of the names. */
const SHEET_ROWS = 1_048_575;

interface IExportProps {
  model: TableModel;
  words: Words;
}

export function ExportMenu({ model, words }: IExportProps): JSX.Element {
  const { trans } = words;
  const names: Record<ExportFormat, string> = {
    csv: trans.__('CSV'),
    tsv: trans.__('Tabs (TSV)'),
    xlsx: trans.__('Excel'),
    parquet: trans.__('Parquet'),
    arrow: trans.__('Arrow'),
    jsonl: trans.__('JSON lines')
  };
  const title = trans.__('Download the rows and columns that are shown, in their order');
  const isLong = model.shown!.rows > SHEET_ROWS;
  return (
    <Popover label={trans.__('Export')} title={title}>
      {close => (
        <ul className="jp-dsa-formats">
          {FORMATS.map(format => (
            <li key={format}>
              {format === 'xlsx' && isLong ? (
                <span>{trans.__('Excel: too many rows for a sheet')}</span>
              ) : (
                <a href={hrefOf(model, format)} download onClick={close}>
                  {names[format]} <small>.{format}</small>
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}

function hrefOf(model: TableModel, format: ExportFormat): string {
  const { of, table, schema } = model;
  const version = of.at === 'main' ? [] : [nameOf(of.at)];
  const name = [of.dataset, ...version, ...(schema!.tables.length > 1 ? [table!] : [])];
  const file = `${name.join('-').replaceAll('/', '-')}.${format}`;
  return model.client.exportHref(model.shown!.at, model.exported, format, file);
}
