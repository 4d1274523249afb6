import type { RunError, RunReport } from '../db/run-report.ts';
import { ALERT_LIMITS } from './limits.ts';

/** A scheduled tenant without a good run for two of its periods. Times in epoch milliseconds. */
export interface Overdue {
  readonly tenant: string;
  readonly schedule: string;
  readonly timezone: string;
  /** when its last good run began; absent: there was none since `since` */
  readonly lastGoodAt?: number;
  /** since when it is watched */
  readonly since: number;
}

/** Something that a person should know. */
export type Trouble =
  | {
      readonly kind: 'run';
      readonly report: RunReport;
      /** runs of the tenant that this stands for: the last of them is told */
      readonly runs: number;
    }
  | { readonly kind: 'overdue'; readonly overdue: Overdue };

/** What several tenants have in common is told once. */
type Section = readonly Trouble[];

/**
 * One message for a chat tool. No address, no link and nothing that a vendor quoted is in it, since
 * more people read a chat than may see who was sent what; nor anything that a chat tool would take
 * for a mention.
 */
export function alertText(troubles: readonly Trouble[]): string {
  const sections = sectionsOf(troubles);
  const shown = sections.slice(0, ALERT_LIMITS.sectionsMax);
  const left = sections.slice(ALERT_LIMITS.sectionsMax).flat();
  const paragraphs = [headline(troubles), ...shown.map(sectionText)];
  if (left.length > 0) paragraphs.push(`And ${tenantsText(left)}.`);
  paragraphs.push('How each tenant stands: sharetrail status');
  return shorten(paragraphs.join('\n\n'), ALERT_LIMITS.textLengthMax);
}

function headline(troubles: readonly Trouble[]): string {
  const [only] = troubles;
  if (only && troubles.length === 1) return `sharetrail: ${tenantOf(only)} ${verdictOf(only)}`;
  const counts = Map.groupBy(troubles, verdictOf);
  const parts = [...counts].map(([verdict, { length }]) => `${length} ${verdict}`);
  const tenants = new Set(troubles.map(tenantOf)).size;
  const who = tenants === 1 ? '1 tenant needs' : `${tenants} tenants need`;
  return `sharetrail: ${who} somebody (${parts.join(', ')})`;
}

function tenantOf(trouble: Trouble): string {
  return trouble.kind === 'run' ? trouble.report.tenant : trouble.overdue.tenant;
}

function verdictOf(trouble: Trouble): string {
  if (trouble.kind === 'overdue') return 'without a good run for two of its periods';
  return trouble.report.outcome === 'failed' ? 'failed' : 'only partly done';
}

/** By verdict and first error, the largest first. */
function sectionsOf(troubles: readonly Trouble[]): Section[] {
  const groups = Map.groupBy(troubles, (trouble) => {
    if (trouble.kind === 'overdue') return trouble.kind;
    const { outcome, kind, errors } = trouble.report;
    return JSON.stringify([outcome, kind, errors[0]?.stage, plain(errors[0]?.message ?? '')]);
  });
  return [...groups.values()].toSorted((one, other) => other.length - one.length);
}

function sectionText(troubles: Section): string {
  const [first] = troubles;
  if (first === undefined) return '';
  if (first.kind === 'overdue') {
    return troubles
      .slice(0, ALERT_LIMITS.tenantsNamedMax)
      .flatMap((trouble) => (trouble.kind === 'overdue' ? overdueLine(trouble.overdue) : []))
      .concat(troubles.length > ALERT_LIMITS.tenantsNamedMax ? [`and ${moreOf(troubles)}`] : [])
      .join('\n');
  }
  const reports = troubles.flatMap((trouble) => (trouble.kind === 'run' ? trouble.report : []));
  return [
    troubles.length === 1 ? runLine(first) : `${tenantsText(troubles)}: ${verdictOf(first)}`,
    countsLine(reports),
    ...first.report.errors.slice(0, ALERT_LIMITS.errorsPerTenantMax).flatMap(errorLines),
    ...moreErrors(first.report.errors.length),
    ...stepLines(reports),
  ].join('\n');
}

function runLine({ report, runs }: Extract<Trouble, { kind: 'run' }>): string {
  const { tenant, kind, startedAt, finishedAt } = report;
  const times = `${minuteText(startedAt)} to ${minuteText(finishedAt)} UTC`;
  return `${tenant}: ${kind}, ${times}${runs > 1 ? ` (the last of ${runs})` : ''}`;
}

function overdueLine({ tenant, schedule, timezone, lastGoodAt, since }: Overdue): string {
  const last =
    lastGoodAt === undefined
      ? `no good run since it is watched, ${minuteText(new Date(since).toISOString())} UTC`
      : `the last good run began ${minuteText(new Date(lastGoodAt).toISOString())} UTC`;
  return `${tenant}: ${last}; its schedule is "${schedule}" (${timezone})`;
}

function minuteText(at: string): string {
  return at.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
}

/** `acme, globex and 198 more tenants` */
function tenantsText(troubles: readonly Trouble[]): string {
  const names = [...new Set(troubles.map(tenantOf))];
  const named = names.slice(0, ALERT_LIMITS.tenantsNamedMax).join(', ');
  return names.length > ALERT_LIMITS.tenantsNamedMax ? `${named} and ${moreOf(troubles)}` : named;
}

function moreOf(troubles: readonly Trouble[]): string {
  const more = new Set(troubles.map(tenantOf)).size - ALERT_LIMITS.tenantsNamedMax;
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
  return [`${stage}: ${plain(message)}`, `  ${plainHint(hint)}`];
}

function moreErrors(errors: number): string[] {
  const more = errors - ALERT_LIMITS.errorsPerTenantMax;
  if (more <= 0) return [];
  return [`and ${more === 1 ? '1 more error' : `${more} more errors`}`];
}

function stepLines(reports: readonly RunReport[]): string[] {
  if (reports.every(({ rejected }) => rejected === 0)) return [];
  return ['What was rejected, and why: sharetrail events --state rejected'];
}

/** what is further on would be cut anyhow */
const LENGTH_READ_MAX = 1_500;
const ADDRESS = /[^\s@"'“”<>(),;:[\]]+@[^\s@"'“”<>(),;:[\]]+/g;
const LINK = /(https?:\/\/[^\s/"'<>]+)\/[^\s"'<>]*/g;
/** what a vendor quotes is mostly a value that it was sent: a name, a title */
const QUOTED = /"[^"\n]*"|“[^”\n]*”/g;

/** What happened, mostly in a vendor's words: without addresses, links and quotations. */
function plain(text: string): string {
  return plainHint(beginning(text).replace(LINK, '$1/…').replace(QUOTED, '"…"'));
}

/** What to do, in our own words: without addresses, and on one line. */
function plainHint(text: string): string {
  const clean = beginning(text)
    .replace(ADDRESS, '(address)')
    .replace(/\s+/g, ' ')
    .replaceAll('@', '(at)')
    .replaceAll('<', '‹')
    .replaceAll('>', '›');
  return shorten(clean.trim(), ALERT_LIMITS.messageLengthMax);
}

/** Whole words: of an address that is cut, no part may stay. */
function beginning(text: string): string {
  return text.length <= LENGTH_READ_MAX ? text : text.slice(0, LENGTH_READ_MAX).replace(/\S*$/, '');
}

function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).trimEnd()}…`;
}
