import { LeaseLost, RetryableError, StopRequested, UserError } from '../lib/errors.ts';
import { scrub } from '../lib/secret.ts';
import { EXIT, type ExitCode } from './command.ts';
import { escapeControlsInLines } from './terminal/escape.ts';

/** How a failed command exits, and what it writes to standard error: what happened, how to fix it. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly text: string;
}

/**
 * The failure for any error that ends a command, or one tenant's run of it. A stop exits with 1,
 * not 0: a script or supervisor must see that the work is not finished.
 */
export function failureOf(error: unknown, tenant?: string): Failure {
  const { exitCode, lines } = explain(error);
  const prefix = tenant === undefined ? 'sharetrail' : `sharetrail: ${tenant}`;
  const text = `${prefix}: ${lines.join('\n')}\n`;
  return { exitCode, text: escapeControlsInLines(scrub(text)) };
}

function explain(error: unknown): { exitCode: ExitCode; lines: readonly string[] } {
  if (error instanceof StopRequested) {
    return {
      exitCode: EXIT.needsAttention,
      lines: [
        'stopped before it finished; completed work is kept',
        'Run the same command again to resume.',
      ],
    };
  }
  if (error instanceof LeaseLost) {
    return {
      exitCode: EXIT.needsAttention,
      lines: [
        error.message,
        'Nothing is lost: the other run resumed from the stored state. If this happens again, find ' +
          'out why this machine stalls (suspended, paused, out of memory).',
      ],
    };
  }
  if (error instanceof UserError) {
    const hint = error.hint === undefined ? [] : [error.hint];
    return { exitCode: EXIT.couldNotRun, lines: [error.message, ...hint] };
  }
  if (error instanceof RetryableError) {
    return { exitCode: EXIT.needsAttention, lines: [error.message, 'Try again later.'] };
  }
  return {
    exitCode: EXIT.couldNotRun,
    lines: [
      'this is a bug in sharetrail; it ended the command',
      'Please report it with the lines below and what you did before.',
      describe(error),
    ],
  };
}

/** The stack with its causes, for a bug report. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${describe(error.cause)}`;
}
