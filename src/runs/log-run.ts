import type { Logger } from '../lib/log.ts';
import type { RunReport } from './report.ts';
import { isStopEntry } from './stage-errors.ts';

/** How a run ended, for the log: each error, then one line with the counts. */
export function logRun(log: Logger, report: RunReport): void {
  const { tenant, outcome, errors } = report;
  for (const error of errors) {
    const { stage, message, hint } = error;
    // Whoever asked knows: a service that is restarted has no error in its log.
    if (isStopEntry(error)) log.info(message, { tenant });
    else log.error(message, { tenant, stage, hint });
  }
  const { found, queued, held, delivered, duplicates, rejected, pending } = report;
  const counts = { found, queued, held, delivered, duplicates, rejected, pending };
  log.info('run ended', { tenant, outcome, ...counts });
}
