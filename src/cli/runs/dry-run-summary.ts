import type { GongConfig } from '../../config/types.ts';
import { countOf, durationText, listOf, numberText } from '../../lib/format.ts';
import type { DryRunReport } from '../../runs/dry-run.ts';
import { errorLines, sumSkipped } from './run-summary.ts';

/** What a real run would do, in one sentence. */
export function dryRunResult(report: DryRunReport): string {
  const { tenant, errors } = report;
  const skipped = sumSkipped(report.wouldSkip);
  const would = listOf([
    `send ${countOf(report.wouldSend, 'event')}`,
    ...(report.wouldHold > 0 ? [`hold ${report.wouldHold}`] : []),
    ...(skipped === undefined ? [] : [`skip ${skipped.total} (${skipped.reasons})`]),
  ]);
  return errors.length > 0
    ? `${tenant}: not everything could be read. For the rest, a run would ${would}.`
    : `${tenant}: a run would ${would}; nothing was written.`;
}

/** The calls that the dry run made, and those that a real run would make. */
export function dryRunCalls(report: DryRunReport, gong: GongConfig): string {
  const { tenant, calls, wouldSend } = report;
  const perSecond = Math.max(1, Math.floor(gong.callsPerSecond));
  const sendingMs = (wouldSend / Math.min(perSecond, gong.callsPerSecond)) * 1_000;
  const days = Math.ceil(wouldSend / report.callsPerDay);
  const time = days > 1 ? `over ${days} days` : `about ${durationText(sendingMs)}`;
  const gongCalls =
    wouldSend === 0 ? 'no Gong call' : `${countOf(wouldSend, 'Gong call')} (${time})`;
  return (
    `${tenant}: this took ${countOf(calls.salesforce, 'Salesforce call')}${usageText(report)}` +
    `${calls.google > 0 ? ` and ${countOf(calls.google, 'Google call')}` : ''}; ` +
    `a run would take ${gongCalls}.`
  );
}

export function dryRunErrors({ errors }: DryRunReport): string[] {
  return errors.flatMap(errorLines);
}

/** How near the org is to its limit, counting the calls of all its programs. */
function usageText({ salesforceUsage: usage }: DryRunReport): string {
  if (!usage) return '';
  const { used, limit } = usage;
  return ` (the org has used ${numberText(used)} of ${numberText(limit)} in 24 hours)`;
}
