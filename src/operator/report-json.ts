import type { RunReport } from '../db/run-report.ts';
import type { AsTyped } from '../lib/as-typed.ts';
import { printedReport } from '../runs/report.ts';

/** A run as `sync --json` prints it; its hints show commands as the user types them. */
export function reportJson(report: RunReport, asTyped: AsTyped) {
  const printed = printedReport(report);
  const errors = printed.errors.map((error) => ({ ...error, hint: asTyped(error.hint) }));
  return { ...printed, errors };
}
