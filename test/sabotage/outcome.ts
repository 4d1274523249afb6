import type { TestResult } from './run-tests.ts';
import type { NamedTest } from './sabotage.ts';

/** `problem`: nothing is known about the guard, which counts as a failure. */
export type Outcome =
  | { readonly kind: 'caught'; readonly by: readonly TestResult[] }
  | { readonly kind: 'survived' }
  | { readonly kind: 'problem'; readonly problem: string };

/** A mistake in a replacement, which a test fails on whatever the guard does. */
const MISTAKE = /^(?:Reference|Syntax)Error\b/;

/** `passing`: the keys of the tests that pass with the guard in place; the others say nothing. */
export function outcomeOf(results: readonly TestResult[], passing: ReadonlySet<string>): Outcome {
  const trusted = results.filter((result) => passing.has(keyOf(result)));
  if (trusted.length === 0)
    return { kind: 'problem', problem: 'no test ran that passes otherwise' };
  const by = trusted.filter(({ status }) => status === 'failed');
  const mistake = by.find(({ reason }) => MISTAKE.test(reason));
  if (mistake) return { kind: 'problem', problem: `the replacement is wrong: ${mistake.reason}` };
  return by.length > 0 ? { kind: 'caught', by } : { kind: 'survived' };
}

/** Identifies a test. */
export function keyOf({ file, name }: NamedTest): string {
  return `${file}: ${name}`;
}
