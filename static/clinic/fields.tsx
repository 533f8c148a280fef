/** Labelled fields whose problem stands between the label and the field, and is read with it. */

import type { ComponentChildren, InputHTMLAttributes } from "preact";

interface Props {
  name: string;
  label: string;
  value: string;
  problem?: string | null | undefined;
  onInput: (value: string) => void;
}

interface InputProps extends Props {
  type?: "text" | "email" | "password" | "date" | "time";
  autocomplete?: "off" | "username" | "current-password";
  maxLength?: number;
  min?: string;
  max?: string;
}

export function Input({ name, label, value, problem, onInput, type = "text", ...more }: InputProps) {
  const autocapitalize = type === "text" ? "words" : "off";
  // Preact has a type for each `type`; one that comes in as a value fits none of them.
  const attributes = { type, autocapitalize, ...more, ...described(name, problem) } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <Labelled name={name} label={label} problem={problem}>
      <input {...attributes} value={value} required spellcheck={false} onInput={(event) => onInput(event.currentTarget.value)} />
    </Labelled>
  );
}

/** `options`: value and words; an empty value stands for nothing chosen yet. */
export function Select({ name, label, value, problem, onInput, options }: Props & { options: [string, string, boolean?][] }) {
  return (
    <Labelled name={name} label={label} problem={problem}>
      <select {...described(name, problem)} value={value} required onChange={(event) => onInput(event.currentTarget.value)}>
        {options.map(([id, words, off]) => <option key={id} value={id} disabled={off} selected={id === value}>{words}</option>)}
      </select>
    </Labelled>
  );
}

const described = (name: string, problem: string | null | undefined) => ({
  name, id: name,
  "aria-invalid": problem ? true : undefined,
  "aria-describedby": problem ? `${name}-problem` : undefined,
});

function Labelled({ name, label, problem, children }: Omit<Props, "value" | "onInput"> & { children: ComponentChildren }) {
  return (
    <div class={problem ? "field is-wrong" : "field"}>
      <label for={name}>{label}</label>
      {problem && <span class="wrong" id={`${name}-problem`}>{problem}</span>}
      {children}
    </div>
  );
}
