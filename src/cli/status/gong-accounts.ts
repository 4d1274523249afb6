import { countOf, namesText, numberText, zonedTimeText } from '../../lib/format.ts';
import { compareNaturally } from '../../lib/natural-order.ts';
import type { GongStatus, TenantStatus } from '../../operator/status.ts';
import type { TenantRow } from '../../operator/tenant-row.ts';

/** accounts with a line each; with more, those with the most calls left share one line */
const ACCOUNTS_SHOWN_MAX = 10;

/** If tenants limit the calls of an account differently, each limit has a line. */
interface Account {
  readonly tenants: readonly string[];
  readonly gong: GongStatus;
  readonly timezone: string;
}

/** The calls left, once per Gong account; paused accounts and those with the fewest calls first. */
export function accountLines(rows: readonly TenantRow[], shown: 'all' | 'few'): string[] {
  const statuses = rows.flatMap(({ status }) => status ?? []);
  const accounts = accountsOf(statuses).toSorted(byNeed);
  const max = shown === 'all' ? accounts.length : ACCOUNTS_SHOWN_MAX;
  const listed = accounts.length > max ? accounts.slice(0, max - 1) : accounts;
  const others = accounts.slice(listed.length);
  return [...listed.map(accountLine), ...othersLines(others)];
}

function accountsOf(statuses: readonly TenantStatus[]): Account[] {
  const groups = Map.groupBy(statuses, ({ gong }) => `${gong.account} ${gong.callsPerDay}`);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const tenants = members.map(({ tenant }) => tenant).toSorted(compareNaturally);
    return [{ tenants, gong: first.gong, timezone: first.timezone }];
  });
}

function byNeed(one: Account, other: Account): number {
  return partLeft(one) - partLeft(other);
}

/** From 0 to 1; a paused account comes first, an unknown one last. */
function partLeft({ gong }: Account): number {
  if (gong.pausedUntil !== undefined) return -1;
  return gong.callsLeft === undefined
    ? Number.POSITIVE_INFINITY
    : gong.callsLeft / gong.callsPerDay;
}

function accountLine({ tenants, gong, timezone }: Account): string {
  const { pausedUntil } = gong;
  const pause =
    pausedUntil === undefined ? '' : `; Gong paused until ${zonedTimeText(pausedUntil, timezone)}`;
  return `${namesText(tenants)}: ${callsLeftText(gong)}${pause}`;
}

function callsLeftText({ callsLeft, callsPerDay }: GongStatus): string {
  if (callsLeft === undefined) return "unknown: Gong's credentials cannot be read here";
  return `${numberText(callsLeft)} of ${numberText(callsPerDay)}`;
}

function othersLines(others: readonly Account[]): string[] {
  const [lowest] = others;
  if (lowest === undefined) return [];
  const percent = Math.floor(partLeft(lowest) * 100);
  return [
    `${countOf(others.length, 'other account')}: at least ${percent} %; --verbose lists them`,
  ];
}
