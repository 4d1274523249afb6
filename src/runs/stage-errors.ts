import type { RunError, Stage } from '../db/run-report.ts';
import {
  DatabaseError,
  LeaseLost,
  messageOf,
  RetryableError,
  SliceOver,
  StopRequested,
  UserError,
} from '../lib/errors.ts';
import { scrub } from '../lib/secret.ts';
import type { RunCounters } from './counters.ts';

const HINTS: Record<Stage, string> = {
  salesforce:
    'Nothing is lost: the next run reads from the same position. If this persists, check ' +
    'salesforce.loginUrl and the network between this machine and Salesforce.',
  'google-drive':
    'Nothing is lost: the next run reads from the same position. If this persists, check the network ' +
    'between this machine and Google.',
  crm: 'Nothing is lost: the page was not stored, and the next run reads and looks it up again.',
  gong: 'Pending events stay in the outbox; the next run sends them.',
  run: 'Run the command again: it resumes where this run was interrupted.',
};

/** A failure of one stage: `cause` is what went wrong. */
class StageFailure extends Error {
  override readonly name = 'StageFailure';
  readonly stage: Stage;

  constructor(stage: Stage, cause: unknown) {
    super(messageOf(cause), { cause });
    this.stage = stage;
  }
}

/** Runs `work`, and names the stage in a failure of a vendor. Other errors pass through. */
export async function inStage<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isVendorFailure(error) ? new StageFailure(stage, error) : error;
  }
}

/**
 * Runs one stage. Returns false if a vendor failed or a stop was requested: this goes into the report,
 * and the next stage can run. The end of a slice is no failure. Throws all other errors.
 */
export async function tryStage(counters: RunCounters, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof SliceOver) return true;
    counters.addError(entryOf(error));
    return false;
  }
}

function entryOf(error: unknown): RunError {
  if (error instanceof StageFailure) return runError(error.stage, error.cause);
  if (isStop(error) || isVendorFailure(error)) return runError('run', error);
  throw error;
}

/** Whether the run was ended from outside, rather than failed. */
export function isStop(error: unknown): boolean {
  return [StopRequested, SliceOver, LeaseLost].some((kind) => error instanceof kind);
}

/** Whether the rest of the run can continue after the error. */
export function isVendorFailure(error: unknown): boolean {
  if (error instanceof DatabaseError) return false;
  return error instanceof UserError || error instanceof RetryableError;
}

/** An entry for the report: without secrets, and always with a hint. */
export function runError(stage: Stage, cause: unknown): RunError {
  const hint = cause instanceof UserError && cause.hint ? cause.hint : HINTS[stage];
  return {
    stage,
    message: scrub(messageOf(cause)),
    hint: scrub(hint),
    ...(cause instanceof StopRequested && { code: 'stop-requested' }),
  };
}
