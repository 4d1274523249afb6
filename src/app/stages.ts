import { isStop, isVendorFailure, runError, StageFailure } from './failures.ts';
import type { RunError } from './report.ts';
import type { Tally } from './tally.ts';

/**
 * Runs one stage. A failure that is a vendor's, or a stop, goes into the run's tally and gives
 * false: the other stages go on. Anything else is thrown.
 */
export async function tryStage(tally: Tally, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tally.addError(entryOf(error));
    return false;
  }
}

function entryOf(error: unknown): RunError {
  if (error instanceof StageFailure) return runError(error.stage, error.cause);
  if (isStop(error) || isVendorFailure(error)) return runError('run', error);
  throw error;
}
