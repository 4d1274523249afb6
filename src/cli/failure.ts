import { LeaseLost } from '../db/leases.ts';
import { RetryableError, StopRequested, UserError } from '../lib/errors.ts';
import { scrub } from '../lib/secret.ts';
import { EXIT, type ExitCode } from './command.ts';
import { escapeControlsInLines } from './terminal/escape.ts';

/** How a command ends that threw: what happened and how to mend it, for standard error. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly text: string;
}

/**
 * One place for every error that reaches the end. A stop is told as 1, not 0: what waited behind
 * the command must not take the work as finished, and a supervisor sees that it was not.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof StopRequested) {
    return fail(EXIT.needsAttention, 'stopped before it was done; what was done is kept', [
      'Run the same command again to go on from there.',
    ]);
  }
  if (error instanceof LeaseLost) {
    return fail(EXIT.needsAttention, error.message, [
      'Nothing is lost: the other run went on from what was stored. If this comes again, see what ' +
        'makes this machine stand still for so long (suspended, paused, out of memory).',
    ]);
  }
  if (error instanceof UserError) {
    return fail(EXIT.couldNotRun, error.message, error.hint === undefined ? [] : [error.hint]);
  }
  if (error instanceof RetryableError) {
    return fail(EXIT.needsAttention, error.message, ['It may work when tried again later.']);
  }
  return fail(EXIT.couldNotRun, 'this is a bug in sharetrail, and ended the command', [
    'Please report it with the lines below and what you did before.',
    describe(error),
  ]);
}

function fail(exitCode: ExitCode, message: string, further: readonly string[]): Failure {
  const text = [`sharetrail: ${message}`, ...further].join('\n');
  return { exitCode, text: `${escapeControlsInLines(scrub(text))}\n` };
}

/** The stack with its causes: what a bug report needs. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${describe(error.cause)}`;
}
