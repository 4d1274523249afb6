import type { RunError, RunReport } from '../../db/run-report.ts';
import { countOf, durationText, listOf } from '../../lib/format.ts';

/** A run in one line, followed by its errors and by what it could not read. */
export function runLines(report: RunReport): string[] {
  return [runLine(report), ...report.errors.flatMap(errorLines), ...noteLines(report)];
}

/** What the run could not read, although nothing failed. */
export function noteLines({ notes = [] }: Pick<RunReport, 'notes'>): string[] {
  return notes.map((note) => `  ${note}`);
}

/** `acme: ok, in 4 s. 19 shares found, …` */
export function runLine(report: RunReport): string {
  return `${report.tenant}: ${runText(report)}`;
}

/** `ok, in 4 s. 19 shares found, …` */
export function runText(report: RunReport): string {
  const { outcome, startedAt, finishedAt } = report;
  if (outcome === 'busy') return 'busy. The tenant is locked by another run; nothing was done.';
  const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
  const ended = isInterrupted(report) ? 'interrupted' : outcome;
  return `${ended}, in ${durationText(tookMs)}. ${listOf(runCounts(report))}`;
}

/** A requested stop is not a failure, though the run is not complete. */
function isInterrupted({ errors }: RunReport): boolean {
  return errors.some(({ code }) => code === 'stop-requested');
}

/** The commands that an operator may want to run next; none if nothing is left to look at. */
export function nextSteps(reports: readonly RunReport[]): string[] {
  const steps: string[] = [];
  const any = (test: (report: RunReport) => boolean) => reports.some(test);
  if (any(({ rejected }) => rejected > 0)) {
    steps.push('To see what was rejected and why, run `sharetrail events --state rejected`.');
  }
  if (any(({ held }) => held > 0)) {
    steps.push('To see what waits for a Salesforce record, run `sharetrail events --state held`.');
  }
  if (any(({ pending }) => pending > 0)) {
    steps.push('The next run sends the pending events. To follow them, run `sharetrail status`.');
  }
  if (steps.length === 0 && any(({ delivered }) => delivered > 0)) {
    steps.push('To see what was reported, run `sharetrail events`.');
  }
  return steps;
}

function runCounts(report: RunReport): string[] {
  const found = report.found.salesforce + report.found['google-drive'];
  const skipped = sumSkipped(report.skipped);
  const counts = [`${countOf(found, 'share')} found`, `${report.delivered} delivered`];
  if (report.duplicates > 0) counts.push(`${report.duplicates} already in Gong`);
  if (report.rejected > 0) counts.push(`${report.rejected} rejected`);
  if (report.held > 0) counts.push(`${report.held} held`);
  if (skipped !== undefined) counts.push(`${skipped.total} skipped (${skipped.reasons})`);
  if (report.pending > 0) counts.push(`${report.pending} pending`);
  return counts;
}

/** The total, and `2 internal-only, 1 no-url`; undefined if nothing was skipped. */
export function sumSkipped(skipped: Readonly<Record<string, number>>) {
  const counts = Object.entries(skipped);
  if (counts.length === 0) return undefined;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return { total, reasons: listOf(counts.map(([reason, count]) => `${count} ${reason}`)) };
}

export function errorLines({ stage, message, hint }: RunError): string[] {
  return [`  ${stage}: ${message}`, `    ${hint}`];
}
