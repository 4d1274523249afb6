import type { z } from 'zod';
import { nearest } from '../lib/nearest-word.ts';
import type { KeyProblem } from './config-error.ts';
import { type KeyPath, valueAt } from './key-path.ts';
import { keyName, type SchemaKey } from './schema-keys.ts';

interface Validated {
  readonly keys: readonly SchemaKey[];
  readonly data: unknown;
  readonly isReferenced: (path: KeyPath) => boolean;
}

type Issue = z.core.$ZodIssue;

const SHOWN_LENGTH_MAX = 60;

/** zod's issues in sentences: what was expected, and what was found unless it can be a secret. */
export function explainZodIssues(issues: readonly Issue[], validated: Validated): KeyProblem[] {
  return issues.flatMap(narrow).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [explainValue(issue, validated)];
    return issue.keys.map((key) => explainUnknownKey([...issue.path, key], validated));
  });
}

/** For "a word or a list", the issues of the list's items say more if the value is a list. */
function narrow(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inItems = issue.errors.filter((errors) => errors.every((error) => error.path.length > 0));
  const [only] = inItems;
  if (inItems.length !== 1 || !only) return [issue];
  return only.flatMap((error) => narrow({ ...error, path: [...issue.path, ...error.path] }));
}

function explainValue(issue: Issue, { keys, data, isReferenced }: Validated): KeyProblem {
  const { path, message } = issue;
  const value = valueAt(data, path);
  if (value === undefined) return { at: 'key', path, message: `missing; ${message}` };
  const type = issue.code === 'invalid_type' ? issue.expected : '';
  if (isReferenced(path)) {
    const hint = ['number', 'boolean'].includes(type)
      ? 'a reference is always text: write the value itself'
      : 'the value of the reference does not match';
    return { at: 'value', path, message: `${message}; ${hint}` };
  }
  const isHidden = keys.some((key) => key.hidden && keyName(key.path) === keyName(path));
  // A text in place of a mapping can be a secret that belongs into the mapping.
  const found =
    isHidden || type === 'object' || type === 'array' ? kindOf(value) : describe(value, type);
  return { at: 'value', path, message: found ? `${message}; found ${found}` : message };
}

function explainUnknownKey(path: KeyPath, { keys, data }: Validated): KeyProblem {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const siblings = keys.filter((key) => keyName(key.path.slice(0, -1)) === keyName(parent));
  const flow = valueAt(data, [...parent, 'flow']);
  const known = siblings.filter((key) => key.flow === undefined || key.flow === flow);
  const near = nearest(name, known.map(nameOf));
  const hint =
    otherFlows(siblings, { name, flow }) ??
    (near && `; did you mean ${near}?`) ??
    otherPlace(keys, name);
  return { at: 'key', path, message: `unknown key${hint ?? ''}` };
}

function otherFlows(
  siblings: readonly SchemaKey[],
  { name, flow }: { readonly name: string; readonly flow: unknown },
): string | undefined {
  const flows = siblings.filter((key) => nameOf(key) === name).map((key) => key.flow ?? '');
  return flows.length === 0
    ? undefined
    : ` for flow ${String(flow)}; it belongs to ${flows.join(', ')}`;
}

/** A key under the wrong parent, for example after wrong indentation. */
function otherPlace(keys: readonly SchemaKey[], name: string): string | undefined {
  const place = keys.find((key) => nameOf(key) === name);
  return place && ` here; it belongs at ${keyName(place.path)}`;
}

function nameOf(key: SchemaKey): string {
  return key.path.at(-1) ?? '';
}

/** The value itself if it is short, otherwise its kind. */
function describe(value: unknown, expected: string): string {
  if (typeof value === 'string' && value.length <= SHOWN_LENGTH_MAX) return JSON.stringify(value);
  if (typeof value === 'number' && expected === 'string') {
    return `the number ${value}: put it in quotes`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return kindOf(value);
}

/** Empty for a text: "expected …" already says that the text is wrong. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'object' ? 'a mapping' : '';
}
