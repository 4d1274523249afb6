import { formatProblem } from '../config/config-error.ts';
import type { FaultyTenant } from '../config/types.ts';
import { CALL_LIMITS } from '../db/limits.ts';
import type { RunError, RunReport } from '../db/run-report.ts';
import type { AsTyped } from '../lib/as-typed.ts';
import { ALERT_LIMITS } from './limits.ts';

/** A scheduled tenant without a successful run for two periods. Times in epoch milliseconds. */
export interface Overdue {
  readonly tenant: string;
  readonly schedule: string;
  readonly timezone: string;
  /** the start of its last successful run; absent if it had none since `since` */
  readonly lastGoodAt?: number;
  /** the time since which it is monitored */
  readonly since: number;
}

/** A problem that needs attention. */
export type AlertItem =
  | {
      readonly kind: 'run';
      readonly report: RunReport;
      /** the number of the tenant's runs that this item represents; `report` is the last one's */
      readonly runs: number;
    }
  | { readonly kind: 'overdue'; readonly overdue: Overdue }
  | { readonly kind: 'configuration'; readonly faulty: FaultyTenant };

const HOUR_MS = 60 * 60_000;

/** Items with the same problem, which the text describes once. */
type Section = readonly AlertItem[];

/**
 * One message for a chat tool. It contains no email address, no full link and no quotation from a
 * vendor, because more people read a chat than may see who received what. It contains nothing that
 * a chat tool treats as a mention.
 */
export function alertText(items: readonly AlertItem[], asTyped: AsTyped): string {
  const sections = groupItems(items);
  const shown = sections.slice(0, ALERT_LIMITS.sectionsMax);
  const rest = sections.slice(ALERT_LIMITS.sectionsMax).flat();
  const paragraphs = [headline(items), ...shown.map(sectionText)];
  if (rest.length > 0) paragraphs.push(`And ${tenantsText(rest)}.`);
  paragraphs.push('To see all tenants, run `sharetrail status`');
  return shorten(asTyped(paragraphs.join('\n\n')), ALERT_LIMITS.textLengthMax);
}

function headline(items: readonly AlertItem[]): string {
  const [only] = items;
  if (only && items.length === 1) return `sharetrail: ${tenantOf(only)} ${problemOf(only)}`;
  const counts = Map.groupBy(items, problemOf);
  const parts = [...counts].map(([problem, { length }]) => `${length} ${problem}`);
  const tenants = new Set(items.map(tenantOf)).size;
  const subject = tenants === 1 ? '1 tenant needs' : `${tenants} tenants need`;
  return `sharetrail: ${subject} attention (${parts.join(', ')})`;
}

function tenantOf(item: AlertItem): string {
  if (item.kind === 'configuration') return item.faulty.tenant;
  return item.kind === 'run' ? item.report.tenant : item.overdue.tenant;
}

function problemOf(item: AlertItem): string {
  if (item.kind === 'configuration') return 'cannot run: its configuration has problems';
  if (item.kind === 'overdue') return 'had no successful run for two periods';
  const { outcome } = item.report;
  if (outcome === 'ok') return 'was paused by Gong';
  return outcome === 'failed' ? 'failed' : 'completed partially';
}

/** Groups items by problem and first error, largest group first. */
function groupItems(items: readonly AlertItem[]): Section[] {
  const groups = Map.groupBy(items, (item) => {
    if (item.kind !== 'run') return item.kind;
    const { outcome, kind, errors } = item.report;
    return JSON.stringify([outcome, kind, errors[0]?.stage, redact(errors[0]?.message ?? '')]);
  });
  return [...groups.values()].toSorted((one, other) => other.length - one.length);
}

function sectionText(items: Section): string {
  const [first] = items;
  if (first === undefined) return '';
  if (first.kind === 'overdue') {
    return items
      .slice(0, ALERT_LIMITS.tenantsNamedMax)
      .flatMap((item) => (item.kind === 'overdue' ? overdueLine(item.overdue) : []))
      .concat(items.length > ALERT_LIMITS.tenantsNamedMax ? [`and ${moreOf(items)}`] : [])
      .join('\n');
  }
  if (first.kind === 'configuration') return configurationText(items);
  const reports = items.flatMap((item) => (item.kind === 'run' ? item.report : []));
  return [
    items.length === 1 ? runLine(first) : `${tenantsText(items)}: ${problemOf(first)}`,
    countsLine(reports),
    ...pauseLines(first.report),
    ...first.report.errors.slice(0, ALERT_LIMITS.errorsPerTenantMax).flatMap(errorLines),
    ...moreErrors(first.report.errors.length),
    ...stepLines(reports),
  ].join('\n');
}

function configurationText(items: Section): string {
  return items
    .slice(0, ALERT_LIMITS.tenantsNamedMax)
    .flatMap((item) => (item.kind === 'configuration' ? problemLines(item.faulty) : []))
    .concat(items.length > ALERT_LIMITS.tenantsNamedMax ? [`and ${moreOf(items)}`] : [])
    .join('\n');
}

function problemLines({ tenant, problems }: FaultyTenant): string[] {
  const shown = problems.slice(0, ALERT_LIMITS.errorsPerTenantMax);
  const lines = shown.map((problem) => `${tenant}: ${redactHint(formatProblem(problem))}`);
  return [...lines, ...moreErrors(problems.length)];
}

function runLine({ report, runs }: Extract<AlertItem, { kind: 'run' }>): string {
  const { tenant, kind, startedAt, finishedAt } = report;
  const times = `${minuteText(startedAt)} to ${minuteText(finishedAt)} UTC`;
  return `${tenant}: ${kind}, ${times}${runs > 1 ? ` (last of ${runs} runs)` : ''}`;
}

function overdueLine({ tenant, schedule, timezone, lastGoodAt, since }: Overdue): string {
  const last =
    lastGoodAt === undefined
      ? `no successful run since monitoring began at ${minuteText(new Date(since).toISOString())}`
      : `the last successful run began at ${minuteText(new Date(lastGoodAt).toISOString())}`;
  return `${tenant}: ${last} UTC; its schedule is "${schedule}" (${timezone})`;
}

function minuteText(at: string): string {
  return at.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
}

/** `acme, globex and 198 more tenants` */
function tenantsText(items: readonly AlertItem[]): string {
  const names = [...new Set(items.map(tenantOf))];
  const named = names.slice(0, ALERT_LIMITS.tenantsNamedMax).join(', ');
  return names.length > ALERT_LIMITS.tenantsNamedMax ? `${named} and ${moreOf(items)}` : named;
}

function moreOf(items: readonly AlertItem[]): string {
  const more = new Set(items.map(tenantOf)).size - ALERT_LIMITS.tenantsNamedMax;
  return more === 1 ? '1 more tenant' : `${more} more tenants`;
}

function countsLine(reports: readonly RunReport[]): string {
  const sum = (count: (report: RunReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0);
  const found = sum((report) => report.found.salesforce + report.found['google-drive']);
  const counts = [
    [found, 'found'],
    [sum(({ delivered }) => delivered), 'delivered'],
    [sum(({ rejected }) => rejected), 'rejected'],
    [sum(({ pending }) => pending), 'waiting for Gong'],
  ] as const;
  return counts.map(([count, what]) => `${count.toLocaleString('en-US')} ${what}`).join(', ');
}

function errorLines({ stage, message, hint }: RunError): string[] {
  return [`${stage}: ${redact(message)}`, `  ${redactHint(hint)}`];
}

function pauseLines({ gongWait }: RunReport): string[] {
  const { cappedRetryAfterMs } = gongWait ?? {};
  if (cappedRetryAfterMs === undefined) return [];
  const hours = hoursText(cappedRetryAfterMs);
  return [
    `gong: a response asked to wait ${hours} hours (Retry-After); ` +
      `sharetrail waits ${hoursText(CALL_LIMITS.pauseMsMax)} hours`,
    '  Pending events stay in the outbox. If Gong did not intend this, check gong.baseUrl and any ' +
      'proxy in between.',
  ];
}

function hoursText(ms: number): string {
  return Math.round(ms / HOUR_MS).toLocaleString('en-US');
}

function moreErrors(errors: number): string[] {
  const more = errors - ALERT_LIMITS.errorsPerTenantMax;
  if (more <= 0) return [];
  return [`and ${more === 1 ? '1 more error' : `${more} more errors`}`];
}

function stepLines(reports: readonly RunReport[]): string[] {
  if (reports.every(({ rejected }) => rejected === 0)) return [];
  return ['To see what was rejected and why, run `sharetrail events --state rejected`'];
}

/** text beyond this would be cut in any case */
const LENGTH_PROCESSED_MAX = 1_500;
const ADDRESS = /[^\s@"'“”<>(),;:[\]]+@[^\s@"'“”<>(),;:[\]]+/g;
const LINK = /(https?:\/\/[^\s/"'<>]+)\/[^\s"'<>]*/g;
/** a vendor usually quotes a value that it received: a name, a title */
const QUOTED = /"[^"\n]*"|“[^”\n]*”/g;

/** Removes addresses, links and quotations from a message, which may quote a vendor. */
function redact(text: string): string {
  return redactHint(truncateAtWord(text).replace(LINK, '$1/…').replace(QUOTED, '"…"'));
}

/** Removes addresses from a hint of sharetrail itself, and puts it on one line. */
function redactHint(text: string): string {
  const clean = truncateAtWord(text)
    .replace(ADDRESS, '(address)')
    .replace(/\s+/g, ' ')
    .replaceAll('@', '(at)')
    .replaceAll('<', '‹')
    .replaceAll('>', '›');
  return shorten(clean.trim(), ALERT_LIMITS.messageLengthMax);
}

/** Cuts between words, so that no part of an address remains. */
function truncateAtWord(text: string): string {
  return text.length <= LENGTH_PROCESSED_MAX
    ? text
    : text.slice(0, LENGTH_PROCESSED_MAX).replace(/\S*$/, '');
}

function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).trimEnd()}…`;
}
