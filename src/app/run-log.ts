import type { Logger } from '../lib/log.ts';
import type { RunReport } from './report.ts';

/** How a run ended, for the log: each error, then one line with the counts. */
export function logRun(log: Logger, report: RunReport): void {
  const { tenant, outcome, errors } = report;
  for (const { stage, message, hint } of errors) log.error(message, { tenant, stage, hint });
  const { found, queued, held, delivered, duplicates, rejected, pending } = report;
  const counts = { found, queued, held, delivered, duplicates, rejected, pending };
  log.info('run ended', { tenant, outcome, ...counts });
}
