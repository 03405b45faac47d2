/** How the file is read: what the server found, why, and what else it could be. */

import * as React from 'react';

import type { IExplanation, ISetting } from '../../api';
import { type ImportModel, kindOf, type Reading as Asked } from '../../models';
import { Checks, Field, Select } from './fields';
import type { ImportWords } from './words';

interface IReadingProps {
  model: ImportModel;
  words: ImportWords;
}

const ENCODINGS = ['utf-8', 'utf-16', 'windows-1252', 'latin-1', 'cp1250', 'cp437', 'shift_jis'];

export function Reading({ model, words }: IReadingProps): JSX.Element | null {
  const { trans } = words;
  const [source] = model.sources;
  const kind = kindOf(source?.name ?? '');
  const explained = model.preview?.explained;
  if (kind === 'other') {
    return null;
  }
  return (
    <details className="jp-dsa-import-reading">
      <summary>
        {trans.__('How it is read')}
        <span className="jp-dsa-quiet-text">{toldOf(explained, kind)}</span>
      </summary>
      {kind === 'text' ? (
        <Text model={model} words={words} />
      ) : (
        <Workbook model={model} words={words} />
      )}
    </details>
  );
}

function Text({ model, words }: IReadingProps): JSX.Element {
  const { trans } = words;
  const { reading } = model.choices;
  const settings = model.preview?.explained?.[0]?.settings ?? [];
  const find = (name: string) => settings.find(setting => setting.name === name);
  const read = (changed: { [Name in keyof Asked]?: Asked[Name] | undefined }) =>
    model.choose({ reading: withoutNothing({ ...reading, ...changed }) });
  const encoding = find('encoding');
  const encodings = new Set([...(encoding?.alternatives ?? []).map(a => a.value), ...ENCODINGS]);
  const delimiters: [string, string][] = [
    [',', trans.__('Commas')],
    [';', trans.__('Semicolons')],
    ['\t', trans.__('Tabulators')],
    ['|', trans.__('Bars (|)')],
    [' ', trans.__('Blanks')]
  ];
  return (
    <div className="jp-dsa-import-row jp-dsa-import-wrap">
      <Select
        label={trans.__('Cells are separated by')}
        value={reading.delimiter ?? ''}
        options={[['', found(find('delimiter'), words)], ...delimiters]}
        choose={delimiter => read({ delimiter: delimiter || undefined })}
        hint={find('delimiter')?.reason ?? ''}
      />
      <Select
        label={trans.__('Encoding')}
        value={reading.encoding ?? ''}
        options={[['', found(encoding, words)], ...[...encodings].map(e => [e, e] as const)]}
        choose={chosen => read({ encoding: chosen || undefined })}
        hint={encoding?.reason ?? ''}
      />
      <Header model={model} words={words} setting={find('header')} read={read} />
      <Skipped value={reading.skip_rows} words={words} read={read} />
      <Select
        label={trans.__('Decimal sign')}
        value={reading.decimal ?? ''}
        options={[
          ['', found(find('decimal sign'), words)],
          ['.', trans.__('Point: 1.5')],
          [',', trans.__('Comma: 1,5')]
        ]}
        choose={decimal => read({ decimal: decimal || undefined })}
      />
      <Select
        label={trans.__('Short rows')}
        value={reading.ragged ?? 'error'}
        options={[
          ['error', trans.__('do not fit')],
          ['fill', trans.__('are filled with nulls')]
        ]}
        choose={ragged => read({ ragged: ragged === 'fill' ? 'fill' : undefined })}
      />
      <Field label={trans.__('Words for null')} hint={trans.__('Separated by commas: NA, n/a')}>
        <input
          className="jp-mod-styled"
          defaultValue={reading.null_tokens?.join(', ') ?? ''}
          onChange={event => {
            const tokens = event.currentTarget.value.split(',').map(token => token.trim());
            const given = tokens.filter(token => token !== '');
            read({ null_tokens: given.length ? given : undefined });
          }}
        />
      </Field>
    </div>
  );
}

function Workbook({ model, words }: IReadingProps): JSX.Element {
  const { trans } = words;
  const { reading } = model.choices;
  const explained = model.preview?.explained;
  // Of sheets that were left out the server tells no more.
  const [sheets, setSheets] = React.useState<readonly string[]>([]);
  React.useEffect(() => {
    const told = (explained ?? []).map(part => settingOf(part, 'sheet')?.value ?? '');
    setSheets(known => [...known, ...told.filter(name => name && !known.includes(name))]);
  }, [explained]);
  const read = (changed: { [Name in keyof Asked]?: Asked[Name] | undefined }) =>
    model.choose({ reading: withoutNothing({ ...reading, ...changed }) });
  const header = explained?.[0] && settingOf(explained[0], 'header');
  return (
    <div className="jp-dsa-import-row jp-dsa-import-wrap">
      {sheets.length > 1 && (
        <Checks
          label={trans.__('Sheets: each is a table')}
          names={sheets}
          chosen={reading.sheets ?? sheets}
          choose={chosen =>
            read({ sheets: chosen.length && chosen.length < sheets.length ? chosen : undefined })
          }
        />
      )}
      <Header model={model} words={words} setting={header} read={read} />
      <Skipped value={reading.skip_rows} words={words} read={read} />
    </div>
  );
}

interface IHeaderProps extends IReadingProps {
  setting: ISetting | undefined;
  read: (changed: { header: boolean | undefined }) => void;
}

function Header({ model, words, setting, read }: IHeaderProps): JSX.Element {
  const { trans } = words;
  const { header } = model.choices.reading;
  return (
    <Select
      label={trans.__('Names of columns')}
      value={header === undefined ? '' : header ? 'first' : 'none'}
      options={[
        ['', found(setting, words)],
        ['first', trans.__('The first row')],
        ['none', trans.__('None: all rows are data')]
      ]}
      choose={value => read({ header: value === '' ? undefined : value === 'first' })}
      hint={setting?.reason ?? ''}
    />
  );
}

interface ISkippedProps {
  value: number | undefined;
  words: ImportWords;
  read: (changed: { skip_rows: number | undefined }) => void;
}

function Skipped({ value, words, read }: ISkippedProps): JSX.Element {
  return (
    <Field label={words.trans.__('Lines above the table')}>
      <input
        className="jp-mod-styled"
        type="number"
        min={0}
        value={value ?? ''}
        placeholder={words.trans.__('found out')}
        onChange={event => {
          const lines = event.currentTarget.valueAsNumber;
          read({ skip_rows: Number.isInteger(lines) ? lines : undefined });
        }}
      />
    </Field>
  );
}

function settingOf(part: IExplanation, name: string): ISetting | undefined {
  return part.settings.find(setting => setting.name === name);
}

function found(setting: ISetting | undefined, { trans }: ImportWords): string {
  return setting && !setting.given ? trans.__('Found: %1', setting.value) : trans.__('Found out');
}

/** The few words that stand beside the heading. */
function toldOf(explained: readonly IExplanation[] | undefined, kind: string): string {
  const [first] = explained ?? [];
  if (!first) {
    return '';
  }
  const names = kind === 'text' ? ['delimiter', 'encoding', 'header'] : ['header'];
  const told = names.map(name => settingOf(first, name)?.value ?? '');
  const sheets =
    kind === 'workbook' ? (explained ?? []).map(part => settingOf(part, 'sheet')?.value) : [];
  return [...sheets, ...told].filter(Boolean).join(' · ');
}

function withoutNothing(reading: object): Asked {
  return Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined));
}
