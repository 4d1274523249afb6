import type { RunError } from '../db/run-report.ts';
import type { RunCounters } from './counters.ts';
import { isStop, isVendorFailure, runError, StageFailure } from './stage-errors.ts';

/**
 * Runs one stage. A failure that is a vendor's, or a stop, goes into the run's counters and gives
 * false: the other stages go on. Anything else is thrown.
 */
export async function tryStage(counters: RunCounters, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    counters.addError(entryOf(error));
    return false;
  }
}

function entryOf(error: unknown): RunError {
  if (error instanceof StageFailure) return runError(error.stage, error.cause);
  if (isStop(error) || isVendorFailure(error)) return runError('run', error);
  throw error;
}
