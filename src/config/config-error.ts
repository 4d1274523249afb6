import { UserError } from '../lib/errors.ts';

/** One thing to mend. `line` and `column` count from 1; 0 where the problem has no such place. */
export interface Problem {
  /** as a person would write it: relative to the working directory where it lies below */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** of the key, `salesforce.auth.flow`; empty for the file as a whole */
  readonly path: string;
  readonly message: string;
}

/** The configuration cannot be used: everything that is wrong with it, one problem a line. */
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
  const place = problem.line > 0 ? `:${problem.line}:${problem.column}` : '';
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return `${problem.file}${place}${path}: ${problem.message}`;
}

/** A problem with a file that cannot be read at all. */
export function fileProblem(file: string, message: string): Problem {
  return { file, line: 0, column: 0, path: '', message };
}

/** In reading order, each only once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}
