import type { z } from 'zod';
import { scrub } from '../lib/secret.ts';
import { type KeyProblem, type Problem, sortProblems } from './config-error.ts';
import { explainZodIssues } from './explain-zod-issues.ts';
import type { ReferenceSources } from './interpolate.ts';
import { interpolateDocument, type SecretResolution } from './interpolate-document.ts';
import { type KeyPath, pathId, valueAt } from './key-path.ts';
import { listKeys } from './schema-keys.ts';
import type { ConfigDocument } from './yaml-document.ts';

/** Finds the value of a key. It can have failed its own check, so its type is unknown. */
export type FindValue = (...path: (string | number)[]) => unknown;

interface ValidationOptions<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly sources: ReferenceSources;
  readonly secrets: SecretResolution;
  /** rules between keys; they run even if keys are invalid, so that all problems are reported */
  readonly rules: (find: FindValue) => KeyProblem[];
}

export interface Validation<Value> {
  /** undefined if there are problems */
  readonly value: Value | undefined;
  readonly problems: readonly Problem[];
}

/** 1. references, 2. each key by its schema, 3. rules between keys; then all problems, sorted. */
export async function validateDocument<Schema extends z.ZodType>(
  document: ConfigDocument,
  { schema, sources, secrets, rules }: ValidationOptions<Schema>,
): Promise<Validation<z.output<Schema>>> {
  if (!document.complete) return { value: undefined, problems: document.problems };
  const keys = listKeys(schema);
  const { data, faultyPaths, ...interpolated } = interpolateDocument(document, {
    keys,
    sources,
    secrets,
  });

  const parsed = await schema.safeParseAsync(data);
  const issues = parsed.error?.issues ?? [];
  const byKey = explainZodIssues(issues, { keys, data, isReferenced: interpolated.isReferenced });
  const byRule = rules((...path) => valueAt(data, path));
  const problems = [
    ...document.problems,
    ...interpolated.problems,
    ...withoutConsequences(byKey, faultyPaths).map((problem) => document.locate(problem)),
    ...withoutConsequences(byRule, [...faultyPaths, ...byKey.map(({ path }) => path)]).map(
      (problem) => document.locate(problem),
    ),
  ];
  if (problems.length === 0 && parsed.success) return { value: parsed.data, problems };
  // Our messages contain no secrets. This keeps it true if one ever quotes a value.
  const scrubbed = problems.map((problem) => ({ ...problem, message: scrub(problem.message) }));
  return { value: undefined, problems: sortProblems(scrubbed) };
}

/** Drops problems at or below a path that is already reported: they have the same cause. */
function withoutConsequences(
  problems: readonly KeyProblem[],
  reportedPaths: readonly KeyPath[],
): KeyProblem[] {
  const reported = new Set(reportedPaths.map(pathId));
  return problems.filter(
    ({ path }) => !path.some((_, index) => reported.has(pathId(path.slice(0, index + 1)))),
  );
}
