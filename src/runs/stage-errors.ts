import { LeaseLost } from '../db/leases.ts';
import type { RunError, Stage } from '../db/run-report.ts';
import {
  DatabaseError,
  messageOf,
  RetryableError,
  StopRequested,
  UserError,
} from '../lib/errors.ts';
import { scrub } from '../lib/secret.ts';

const HINTS: Record<Stage, string> = {
  salesforce:
    'The next run reads from the same place again; nothing is lost. If it stays so, check ' +
    'salesforce.loginUrl and the way there from this machine.',
  'google-drive':
    'The next run reads from the same place again; nothing is lost. If it stays so, check the way ' +
    'to Google from this machine.',
  crm: 'The page was not stored: the next run reads and looks it up again; nothing is lost.',
  gong: 'What waits stays in the outbox; the next run sends it.',
  run: 'Run again; a run goes on where the last one was interrupted.',
};

/** What went wrong, with the stage where it did. */
export class StageFailure extends Error {
  override readonly name = 'StageFailure';
  readonly stage: Stage;

  constructor(stage: Stage, cause: unknown) {
    super(messageOf(cause), { cause });
    this.stage = stage;
  }
}

/** Runs `work` so that a vendor's failure carries the stage; what is no vendor's passes through. */
export async function inStage<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isVendorFailure(error) ? new StageFailure(stage, error) : error;
  }
}

/** True for what one source or vendor may do without ending the whole run. */
export function isVendorFailure(error: unknown): boolean {
  if (error instanceof DatabaseError) return false;
  return error instanceof UserError || error instanceof RetryableError;
}

/** The entry for the run's report: no secret in it, and always a hint. */
export function runError(stage: Stage, cause: unknown): RunError {
  const hint = cause instanceof UserError && cause.hint ? cause.hint : HINTS[stage];
  return {
    stage,
    message: scrub(messageOf(cause)),
    hint: scrub(hint),
    ...(cause instanceof StopRequested && { code: 'stop-requested' }),
  };
}

/** True where the run was told to end, rather than failed. */
export function isStop(error: unknown): boolean {
  return error instanceof StopRequested || error instanceof LeaseLost;
}
