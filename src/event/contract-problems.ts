import type { z } from 'zod';

/** The maximum per body. A list of a thousand invalid recipients would not say more. */
const PROBLEMS_MAX = 20;

/** What a value must be, in words; undefined if the schema has its own message. */
export function requirementOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return typeRequirement(issue.expected, issue.input);
  if (issue.code === 'invalid_value') return valuesRequirement(issue.values, issue.input);
  if (issue.code === 'too_small') return 'must not be empty';
  return undefined;
}

/** Sentences such as `recipients[0].email: must be given`, one per problem, in the body's order. */
export function formatProblems(error: z.ZodError): string[] {
  const problems = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${pathOf([...issue.path, key])}: is not a content share field`)
      : [`${pathOf(issue.path)}: ${issue.message}`],
  );
  const more = problems.length - PROBLEMS_MAX;
  return more > 0 ? [...problems.slice(0, PROBLEMS_MAX), `and ${more} more`] : problems;
}

function typeRequirement(expected: string, input: unknown): string {
  if (input === undefined) return 'must be given';
  if (expected === 'number') return 'must be a finite JSON number';
  return `must be ${expected === 'array' || expected === 'object' ? 'an' : 'a'} ${expected}`;
}

function valuesRequirement(values: readonly unknown[], input: unknown): string {
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
