import type { Logger } from '../../lib/log.ts';
import { earliestQueryable } from './audit-window.ts';
import { AUDIT_LOG_DAYS } from './limits.ts';

/**
 * Says what a reading of the audit log leaves out: Google deletes its entries, and nothing else has
 * them. Times are epoch milliseconds.
 */
export function warnOfNotQueried(
  log: Pick<Logger, 'warn'>,
  requested: { readonly since: number; readonly until?: number; readonly now: number },
): void {
  const { since, until, now } = requested;
  const oldest = earliestQueryable(now);
  if (since >= oldest) return;
  const date = new Date(oldest).toISOString().slice(0, 10);
  log.warn(
    `Google keeps the audit log for ${AUDIT_LOG_DAYS} days, so Drive has no history before ${date}; ` +
      restOf(until, oldest),
  );
}

function restOf(until: number | undefined, oldest: number): string {
  if (until === undefined) return 'the rest is read';
  return until <= oldest ? 'the entire window is older' : 'the rest of the window is read';
}
