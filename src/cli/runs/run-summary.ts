import type { GongConfig } from '../../config/types.ts';
import type { RunError, RunReport } from '../../db/run-report.ts';
import type { ContentShared } from '../../event/contract.ts';
import type { DryRunReport } from '../../runs/dry-run.ts';
import { countOf, durationText, listOf, numberText, timeText } from '../terminal/format.ts';

/** A run in one line, followed by its errors. */
export function runLines(report: RunReport): string[] {
  return [`${report.tenant}: ${runText(report)}`, ...report.errors.flatMap(errorLines)];
}

/** `ok, in 4 s. 19 shares found, …` */
export function runText(report: RunReport): string {
  const { outcome, startedAt, finishedAt } = report;
  if (outcome === 'busy') return 'busy. The tenant is locked by another run; nothing was done.';
  const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
  return `${outcome}, in ${durationText(tookMs)}. ${listOf(runCounts(report))}`;
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

/** One event that a dry run would send: when, what, from whom, to whom, on which records. */
export function bodyLine(body: ContentShared, timezone: string): string {
  const at = timeText(Date.parse(body.eventTimestamp), timezone);
  const to = body.recipients?.map(({ email }) => email).join(', ') ?? 'no named recipient';
  const objects = body.crmContext?.flatMap((context) => context.objects ?? []) ?? [];
  const records = objects.map(({ objectType, objectId }) => `${objectType} ${objectId}`);
  const on = records.length > 0 ? `, on ${listOf(records)}` : '';
  const from = body.sharer?.email ?? body.sharer?.name ?? 'an unknown sharer';
  return `${at}  “${body.contentTitle}” from ${from} to ${to}${on}`;
}

/** The calls that a dry run made, and what a real run would do. */
export function dryRunLines(report: DryRunReport, gong: GongConfig): string[] {
  const { tenant, calls } = report;
  const skipped = sumSkipped(report.wouldSkip);
  const would = [
    `send ${countOf(report.wouldSend, 'event')}`,
    ...(report.wouldHold > 0 ? [`hold ${report.wouldHold}`] : []),
    ...(skipped === undefined ? [] : [`skip ${skipped.total} (${skipped.reasons})`]),
  ];
  const perSecond = Math.max(1, Math.floor(gong.callsPerSecond));
  const sendingMs = (report.wouldSend / Math.min(perSecond, gong.callsPerSecond)) * 1_000;
  const days = Math.ceil(report.wouldSend / report.callsPerDay);
  const time = days > 1 ? `over ${days} days` : `about ${durationText(sendingMs)}`;
  return [
    report.errors.length > 0
      ? `${tenant}: not everything could be read. For the rest, a run would ${listOf(would)}.`
      : `${tenant}: a run would ${listOf(would)}; nothing was written.`,
    `${tenant}: this took ${countOf(calls.salesforce, 'Salesforce call')}${usageText(report)}` +
      `${calls.google > 0 ? ` and ${countOf(calls.google, 'Google call')}` : ''}; ` +
      `a run would take ${countOf(report.wouldSend, 'Gong call')} (${time}).`,
    ...report.errors.flatMap(errorLines),
  ];
}

/** How near the org is to its limit, counting the calls of all its programs. */
function usageText({ salesforceUsage: usage }: DryRunReport): string {
  if (!usage) return '';
  const { used, limit } = usage;
  return ` (the org has used ${numberText(used)} of ${numberText(limit)} in 24 hours)`;
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
function sumSkipped(skipped: Readonly<Record<string, number>>) {
  const counts = Object.entries(skipped);
  if (counts.length === 0) return undefined;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return { total, reasons: listOf(counts.map(([reason, count]) => `${count} ${reason}`)) };
}

function errorLines({ stage, message, hint }: RunError): string[] {
  return [`  ${stage}: ${message}`, `    ${hint}`];
}
