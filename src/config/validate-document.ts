import type { z } from 'zod';
import { scrub } from '../lib/secret.ts';
import { type Problem, sortProblems } from './config-error.ts';
import { explainIssues, type Finding } from './explain-zod-issues.ts';
import type { ReferenceTargets } from './interpolate.ts';
import { resolveDocument } from './interpolate-document.ts';
import { type KeyPath, pathId, valueAt } from './key-path.ts';
import { listKeys } from './schema-keys.ts';
import type { ConfigDocument } from './yaml-document.ts';

/** Looks up values that may have failed their own check already, so their types are unknown. */
export type Lookup = (...path: (string | number)[]) => unknown;

interface ValidationOptions<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly targets: ReferenceTargets;
  /** rules between keys; they run on whatever can be read, so that all problems are told at once */
  readonly rules: (lookup: Lookup) => Finding[];
}

export interface Validation<Value> {
  /** undefined where there are problems */
  readonly value: Value | undefined;
  readonly problems: readonly Problem[];
}

/** 1. references, 2. each key by its schema, 3. rules between keys; then every problem in order. */
export async function validateDocument<Schema extends z.ZodType>(
  document: ConfigDocument,
  options: ValidationOptions<Schema>,
): Promise<Validation<z.output<Schema>>> {
  if (!document.whole) return { value: undefined, problems: document.problems };
  const keys = listKeys(options.schema);
  const resolved = resolveDocument(document, { keys, targets: options.targets });
  const lookup: Lookup = (...path) => valueAt(resolved.data, path);

  const parsed = await options.schema.safeParseAsync(resolved.data);
  const bySchema = explainIssues(parsed.error?.issues ?? [], { keys, resolved });
  const findings = [
    ...untold(bySchema, resolved.faultyPaths),
    ...untold(options.rules(lookup), [
      ...resolved.faultyPaths,
      ...bySchema.map(({ path }) => path),
    ]),
  ];
  const problems = [
    ...document.problems,
    ...resolved.problems,
    ...findings.map(({ at, path, message }) =>
      at === 'key' ? document.problemAtKey(path, message) : document.problemAtValue(path, message),
    ),
  ];
  if (problems.length === 0 && parsed.success) return { value: parsed.data, problems };
  // Own sentences hold no secret; this keeps that true should one ever quote a value.
  const scrubbed = problems.map((problem) => ({ ...problem, message: scrub(problem.message) }));
  return { value: undefined, problems: sortProblems(scrubbed) };
}

/** One cause, one problem: what is wrong at or below a path that was told is its consequence. */
function untold(findings: readonly Finding[], paths: readonly KeyPath[]): Finding[] {
  const told = new Set(paths.map(pathId));
  return findings.filter(
    ({ path }) => !path.some((_, index) => told.has(pathId(path.slice(0, index + 1)))),
  );
}
