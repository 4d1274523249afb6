import type { RunReport } from '../../db/run-report.ts';
import { printedReport } from '../../runs/report.ts';
import type { AsTyped } from '../hints/as-typed.ts';

/** A run as `sync --json` prints it; its hints show commands as the user types them. */
export function reportJson(report: RunReport, asTyped: AsTyped) {
  const printed = printedReport(report);
  const errors = printed.errors.map((error) => ({ ...error, hint: asTyped(error.hint) }));
  return { ...printed, errors };
}
