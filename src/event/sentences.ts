import type { z } from 'zod';

/** At most so many sentences a body: a list of a thousand bad recipients says nothing more. */
const PROBLEMS_MAX = 20;

/** What a value must be, in words; undefined where the schema says it by itself. */
export function demandOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return typeDemand(issue.expected, issue.input);
  if (issue.code === 'invalid_value') return valuesDemand(issue.values, issue.input);
  if (issue.code === 'too_small') return 'must not be empty';
  return undefined;
}

/** Sentences such as `recipients[0].email: must be given`, one a fault, in the body's order. */
export function sentencesOf(error: z.ZodError): string[] {
  const sentences = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${pathOf([...issue.path, key])}: is no field of a content share`)
      : [`${pathOf(issue.path)}: ${issue.message}`],
  );
  const more = sentences.length - PROBLEMS_MAX;
  return more > 0 ? [...sentences.slice(0, PROBLEMS_MAX), `and ${more} more`] : sentences;
}

function typeDemand(expected: string, input: unknown): string {
  if (input === undefined) return 'must be given';
  if (expected === 'number') return 'must be a finite JSON number';
  return `must be ${expected === 'array' || expected === 'object' ? 'an' : 'a'} ${expected}`;
}

function valuesDemand(values: readonly unknown[], input: unknown): string {
  if (input === undefined) return 'must be given';
  return `must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
