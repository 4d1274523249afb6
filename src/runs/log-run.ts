import type { RunReport } from '../db/run-report.ts';
import type { Logger } from '../lib/log.ts';

/** Logs how a run ended: each error and note, then one line with the counts. */
export function logRun(log: Logger, report: RunReport): void {
  const { runId, tenant, outcome, errors } = report;
  const run = { tenant, ...(runId !== undefined && { runId }), stage: 'run' };
  for (const { stage, message, hint, code } of errors) {
    // The operator asked for it: a service that is restarted has no error in its log.
    if (code === 'stop-requested') log.info(message, run);
    else log.error(message, { ...run, stage, hint });
  }
  for (const note of report.notes ?? []) log.info(note, run);
  const { found, queued, held, delivered, duplicates, rejected, pending } = report;
  const interrupted = errors.some(({ code }) => code === 'stop-requested');
  const counts = { found, queued, held, delivered, duplicates, rejected, pending };
  log.info('run ended', { ...run, outcome, ...(interrupted && { interrupted }), ...counts });
}
