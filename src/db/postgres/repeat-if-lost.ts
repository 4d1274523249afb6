import type { Clock } from '../../lib/clock.ts';
import { DATABASE_LIMITS, POSTGRES_LIMITS } from '../limits.ts';
import { isConnectionLost } from './failures.ts';

/**
 * Does `work` again if the connection to PostgreSQL breaks, so that a process which starts while the
 * server restarts still starts. `work` must be safe to repeat. The driver waits for the server, so
 * `work` has to use it first. The pauses between the attempts are for a server that no longer lets
 * anyone in, but has not ended the sessions of the driver yet. After a stop, no attempt follows.
 */
export async function repeatIfLost<T>(
  work: () => Promise<T>,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal | undefined },
): Promise<T> {
  let pauseMs: number = POSTGRES_LIMITS.connectRetryMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isLast = attempt >= DATABASE_LIMITS.transactionAttemptsMax || stop?.aborted;
      if (!isConnectionLost(error) || isLast) throw error;
    }
    await clock.sleep(pauseMs);
    pauseMs *= 2;
  }
}
