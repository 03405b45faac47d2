/** Which columns are shown and stay at the left, and the files that what is shown can be exported as. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ExportFormat } from '../../api';
import type { TableModel } from '../../models';
import { describe } from './numbers';
import { Popover } from './popover';

interface IMenuProps {
  model: TableModel;
  trans: TranslationBundle;
}

export function ColumnsMenu({ model, trans }: IMenuProps): JSX.Element {
  const { hidden, frozen } = model.view;
  const count = model.columns.length - hidden.length;
  const label = hidden.length
    ? trans.__('Columns (%1 of %2)', count, model.columns.length)
    : trans.__('Columns');
  return (
    <Popover label={label} title={trans.__('Choose columns, and keep some at the left')}>
      {() => (
        <>
          <ul className="jp-dsa-columns">
            {model.columns.map((column, index) => {
              const isShown = !hidden.includes(column.name);
              const isFrozen = frozen === column.name;
              return (
                <li key={column.name} title={describe(model, index, trans)}>
                  <label>
                    <input
                      type="checkbox"
                      checked={isShown}
                      disabled={isShown && count === 1}
                      onChange={() =>
                        model.setHidden(
                          isShown
                            ? [...hidden, column.name]
                            : hidden.filter(name => name !== column.name)
                        )
                      }
                    />
                    {column.name}
                    <small>{column.type}</small>
                  </label>
                  <button
                    aria-pressed={isFrozen}
                    disabled={!isShown}
                    title={trans.__('Keep the columns up to %1 at the left', column.name)}
                    aria-label={trans.__('Keep the columns up to %1 at the left', column.name)}
                    onClick={() => model.freeze(isFrozen ? '' : column.name)}
                  >
                    {trans.__('Freeze')}
                  </button>
                </li>
              );
            })}
          </ul>
          <button
            className="jp-dsa-all"
            disabled={hidden.length === 0}
            onClick={() => model.setHidden([])}
          >
            {trans.__('Show all')}
          </button>
        </>
      )}
    </Popover>
  );
}

const FORMATS: ExportFormat[] = ['csv', 'parquet', 'xlsx', 'arrow', 'jsonl'];

interface IExportProps {
  trans: TranslationBundle;
  href: (format: ExportFormat) => string;
}

export function ExportMenu({ trans, href }: IExportProps): JSX.Element {
  const names: Record<string, string> = {
    csv: trans.__('CSV'),
    parquet: trans.__('Parquet'),
    xlsx: trans.__('Excel'),
    arrow: trans.__('Arrow'),
    jsonl: trans.__('JSON lines')
  };
  return (
    <Popover
      label={trans.__('Export')}
      title={trans.__('Download the rows and columns that are shown, in their order')}
    >
      {close => (
        <ul className="jp-dsa-formats">
          {FORMATS.map(format => (
            <li key={format}>
              <a href={href(format)} download onClick={close}>
                {names[format]} <small>.{format}</small>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
