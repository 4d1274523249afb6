import { DATABASE_LIMITS } from '../limits.ts';
import { isConnectionLost } from './failures.ts';

/**
 * Does `work` again if the connection to PostgreSQL breaks, so that a process which starts while the
 * server restarts still starts. `work` must be safe to repeat. The driver waits for the server, so
 * `work` has to use it first.
 */
export async function repeatIfLost<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLost(error) || attempt >= DATABASE_LIMITS.transactionAttemptsMax)
        throw error;
    }
  }
}
