import { UserError } from '../lib/errors.ts';
import type { KeyPath } from './key-path.ts';

/** One thing to fix. `line` and `column` count from 1; 0 if the problem has no such position. */
export interface Problem {
  /** relative to the working directory if it is below it */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** key path, `salesforce.auth.flow`; empty for the entire file */
  readonly path: string;
  readonly message: string;
}

/** A problem before its position is known. */
export interface KeyProblem {
  readonly path: KeyPath;
  /** whether to point at the key or at its value */
  readonly at: 'key' | 'value';
  readonly message: string;
}

/** The configuration cannot be used. The message lists every problem, one per line. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options: { hint?: string } = {}) {
    super(problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** `config/tenants/acme.yaml:7:3 salesforce.auth.flow: expected …` */
export function formatProblem(problem: Problem): string {
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return `${placeOf(problem)}${path}: ${problem.message}`;
}

/** `config/tenants/acme.yaml:7:3` */
export function placeOf({ file, line, column }: Omit<Problem, 'message' | 'path'>): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}

/** A problem with a file that cannot be read at all. */
export function fileProblem(file: string, message: string): Problem {
  return { file, line: 0, column: 0, path: '', message };
}

/** In the order of the file, without duplicates. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}
