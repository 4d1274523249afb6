import type { z } from 'zod';
import { nearest } from '../lib/nearest-word.ts';
import type { ResolvedDocument } from './interpolate-document.ts';
import { type KeyPath, valueAt } from './key-path.ts';
import { LIST_ITEM, type SchemaKey, schemaPath } from './schema-keys.ts';

/** What is wrong, where, and whether it is told at the key or at its value. */
export interface Finding {
  readonly at: 'key' | 'value';
  readonly path: KeyPath;
  readonly message: string;
}

interface Context {
  readonly keys: readonly SchemaKey[];
  readonly resolved: ResolvedDocument;
}

type Issue = z.core.$ZodIssue;

const SHOWN_LENGTH_MAX = 60;

/** zod's issues in sentences: what was expected, and what was found where that is no secret. */
export function explainIssues(issues: readonly Issue[], context: Context): Finding[] {
  return issues.flatMap(narrow).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [explainValue(issue, context)];
    return issue.keys.map((key) => explainUnknownKey([...issue.path, key], context));
  });
}

/** Of "a word or a list", the list's own issues say more where a list was given. */
function narrow(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const within = issue.errors.filter((errors) => errors.every((error) => error.path.length > 0));
  const [only] = within;
  if (within.length !== 1 || !only) return [issue];
  return only.flatMap((error) => narrow({ ...error, path: [...issue.path, ...error.path] }));
}

function explainValue(issue: Issue, { keys, resolved }: Context): Finding {
  const { path } = issue;
  const value = valueAt(resolved.data, path);
  if (value === undefined) return { at: 'key', path, message: `missing; ${issue.message}` };
  if (resolved.isReferenced(path)) {
    const literal = ['number', 'boolean'].includes(expectedType(issue));
    const hint = literal
      ? 'a reference gives text, so write the value itself'
      : 'the reference gives something else';
    return { at: 'value', path, message: `${issue.message}; ${hint}` };
  }
  // A text where a mapping belongs may be the secret that belongs into it.
  const hidden = keyAt(keys, path)?.hidden || ['object', 'array'].includes(expectedType(issue));
  const found = hidden ? kindOf(value) : describe(value, expectedType(issue));
  return { at: 'value', path, message: found ? `${issue.message}; found ${found}` : issue.message };
}

function expectedType(issue: Issue): string {
  return issue.code === 'invalid_type' ? issue.expected : '';
}

function explainUnknownKey(path: KeyPath, { keys, resolved }: Context): Finding {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const here = siblings(keys, parent);
  const flow = valueAt(resolved.data, [...parent, 'flow']);
  const possible = here.filter((key) => key.flow === undefined || key.flow === flow);
  const message =
    otherFlows(here, { name, flow }) ?? suggestion(name, possible) ?? elsewhere(name, keys);
  return { at: 'key', path, message: `unknown key${message ?? ''}` };
}

function otherFlows(
  here: readonly SchemaKey[],
  { name, flow }: { readonly name: string; readonly flow: unknown },
): string | undefined {
  const flows = here.filter((key) => nameOf(key) === name).map((key) => key.flow ?? '');
  if (flows.length === 0) return undefined;
  return ` for flow ${String(flow)}; it belongs to ${flows.join(', ')}`;
}

function suggestion(name: string, possible: readonly SchemaKey[]): string | undefined {
  const near = nearest(name, possible.map(nameOf));
  return near && `; did you mean ${near}?`;
}

/** A key under the wrong heading, as happens when indentation slips. */
function elsewhere(name: string, keys: readonly SchemaKey[]): string | undefined {
  const place = keys.find((key) => nameOf(key) === name);
  return place && ` here; it belongs at ${place.path.join('.').replaceAll(`.${LIST_ITEM}`, '[]')}`;
}

function siblings(keys: readonly SchemaKey[], parent: KeyPath): SchemaKey[] {
  const wanted = schemaPath(parent).join('.');
  return keys.filter((key) => key.path.slice(0, -1).join('.') === wanted);
}

function keyAt(keys: readonly SchemaKey[], path: KeyPath): SchemaKey | undefined {
  const wanted = schemaPath(path).join('.');
  return keys.find((key) => key.path.join('.') === wanted);
}

function nameOf(key: SchemaKey): string {
  return key.path.at(-1) ?? '';
}

/** The value itself where it is short, else its kind. */
function describe(value: unknown, expected: string): string {
  if (typeof value === 'string' && value.length <= SHOWN_LENGTH_MAX) return JSON.stringify(value);
  if (typeof value === 'number' && expected === 'string') {
    return `the number ${value}, which quotes make a text`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return kindOf(value);
}

/** Empty for a text: that a text is wrong says the expectation already. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'object' ? 'a mapping' : '';
}
