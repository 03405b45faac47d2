/** Fields of a form: each with its label, and a word about it where there is one. */

import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

interface IFieldProps {
  label: string;
  hint?: string;
  children: React.ReactNode;
}

export function Field({ label, hint, children }: IFieldProps): JSX.Element {
  return (
    <label className="jp-dsa-field">
      <span>{label}</span>
      {children}
      {hint && <small>{hint}</small>}
    </label>
  );
}

interface ISelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
  hint?: string;
}

export function Select<T extends string>(props: ISelectProps<T>): JSX.Element {
  const { label, value, options, choose, hint } = props;
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <HTMLSelect
        value={value}
        aria-label={label}
        onChange={event => choose(event.currentTarget.value as T)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </HTMLSelect>
    </Field>
  );
}

/** One of few, all of them seen. */
export function Choice<T extends string>(props: ISelectProps<T>): JSX.Element {
  const { label, value, options, choose } = props;
  const name = React.useId();
  return (
    <fieldset className="jp-dsa-choice">
      <legend>{label}</legend>
      {options.map(([option, text]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => choose(option)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

interface IChecksProps {
  label: string;
  names: readonly string[];
  chosen: readonly string[];
  choose: (chosen: string[]) => void;
}

/** Any of several, kept in the order in which they stand. */
export function Checks({ label, names, chosen, choose }: IChecksProps): JSX.Element {
  return (
    <fieldset className="jp-dsa-choice">
      <legend>{label}</legend>
      {names.map(name => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={event => {
              const isChosen = event.currentTarget.checked;
              choose(names.filter(other => (other === name ? isChosen : chosen.includes(other))));
            }}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
