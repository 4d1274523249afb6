import type { GongConfig } from '../config/types.ts';
import type { RunError, RunReport } from '../db/run-report.ts';
import type { ContentShared } from '../event/contract.ts';
import type { DryRunReport } from '../runs/dry-run.ts';
import { countOf, durationText, listOf, timeText } from './format.ts';

/** A run in one line, and below it what needs somebody. */
export function runLines(report: RunReport): string[] {
  const { tenant, outcome } = report;
  if (outcome === 'busy') {
    return [`${tenant}: busy. Another run holds this tenant; nothing was done for it.`];
  }
  const tookMs = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  const line = `${tenant}: ${outcome}, in ${durationText(tookMs)}. ${listOf(runCounts(report))}`;
  return [line, ...report.errors.flatMap(errorLines)];
}

/** What a person may want to do next; nothing where nothing is to be done. */
export function nextSteps(reports: readonly RunReport[]): string[] {
  const steps: string[] = [];
  const any = (test: (report: RunReport) => boolean) => reports.some(test);
  if (any(({ rejected }) => rejected > 0)) {
    steps.push('See what was rejected, and why: sharetrail events --state rejected');
  }
  if (any(({ held }) => held > 0)) {
    steps.push('See what waits for its Salesforce record: sharetrail events --state held');
  }
  if (any(({ pending }) => pending > 0)) {
    steps.push('What is pending goes out with the next run: sharetrail status');
  }
  if (steps.length === 0 && any(({ delivered }) => delivered > 0)) {
    steps.push('See what was reported: sharetrail events');
  }
  return steps;
}

/** One event that a dry run would send: when, what, from whom to whom, on which records. */
export function bodyLine(body: ContentShared, timezone: string): string {
  const at = timeText(Date.parse(body.eventTimestamp), timezone);
  const to = body.recipients?.map(({ email }) => email).join(', ') ?? 'nobody named';
  const objects = body.crmContext?.flatMap((context) => context.objects ?? []) ?? [];
  const records = objects.map(({ objectType, objectId }) => `${objectType} ${objectId}`);
  const on = records.length > 0 ? `, on ${listOf(records)}` : '';
  const from = body.sharer?.email ?? body.sharer?.name ?? 'somebody';
  return `${at}  “${body.contentTitle}” from ${from} to ${to}${on}`;
}

/** For standard error: what a dry run has cost, and what the real one would. */
export function dryRunLines(report: DryRunReport, gong: GongConfig): string[] {
  const { tenant, calls } = report;
  const skipped = skippedText(report.wouldSkip);
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
      ? `${tenant}: not all could be read. Of what was, a run would ${listOf(would)}.`
      : `${tenant}: a run would ${listOf(would)}; nothing was written.`,
    `${tenant}: this took ${countOf(calls.salesforce, 'Salesforce call')}${usageText(report)}` +
      `${calls.google > 0 ? ` and ${countOf(calls.google, 'Google call')}` : ''}; ` +
      `it would take ${countOf(report.wouldSend, 'Gong call')} (${time}).`,
    ...report.errors.flatMap(errorLines),
  ];
}

/** ` (25 of 15,000 in 24 hours)`: how near the org is to its limit, whoever calls it. */
function usageText({ salesforceUsage: usage }: DryRunReport): string {
  if (!usage) return '';
  const [used, limit] = [usage.used, usage.limit].map((calls) => calls.toLocaleString('en-US'));
  return ` (the org has used ${used} of ${limit} in 24 hours)`;
}

function runCounts(report: RunReport): string[] {
  const found = report.found.salesforce + report.found['google-drive'];
  const skipped = skippedText(report.skipped);
  const counts = [`${countOf(found, 'share')} found`, `${report.delivered} delivered`];
  if (report.duplicates > 0) counts.push(`${report.duplicates} already there`);
  if (report.rejected > 0) counts.push(`${report.rejected} rejected`);
  if (report.held > 0) counts.push(`${report.held} held`);
  if (skipped !== undefined) counts.push(`${skipped.total} skipped (${skipped.reasons})`);
  if (report.pending > 0) counts.push(`${report.pending} pending`);
  return counts;
}

/** How many in all, and `2 internal-only, 1 no-url`; undefined where nothing was skipped. */
function skippedText(skipped: Readonly<Record<string, number>>) {
  const counts = Object.entries(skipped);
  if (counts.length === 0) return undefined;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return { total, reasons: listOf(counts.map(([reason, count]) => `${count} ${reason}`)) };
}

function errorLines({ stage, message, hint }: RunError): string[] {
  return [`  ${stage}: ${message}`, `    ${hint}`];
}
