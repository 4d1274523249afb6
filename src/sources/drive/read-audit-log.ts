import { readCursor } from '../../db/cursors.ts';
import { RetryableError, UserError } from '../../lib/errors.ts';
import { readAhead } from '../../lib/read-ahead.ts';
import { ACCESS_EVENT_NAMES } from '../../vendors/google/access-events.ts';
import { PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import { futurePosition } from '../future-position.ts';
import type { SetAside } from '../set-aside.ts';
import type { SourcePage } from '../source.ts';
import { type AuditEntry, entriesOf } from './audit-entry.ts';
import { stageEntries } from './audit-entry-store.ts';
import type { AuditPartition } from './audit-partition.ts';
import {
  type AuditPlan,
  type AuditWindow,
  earliestQueryable,
  planAuditReading,
  type TimeRange,
} from './audit-window.ts';
import type { OnFailure } from './change-log-failures.ts';
import { type AuditPosition, formatPosition, parseAuditPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { AUDIT_LOG_DAYS } from './limits.ts';
import type { Scope } from './scope.ts';
import { auditLogStream } from './stream-names.ts';

export interface AuditLogReading {
  readonly client: GoogleClient;
  readonly store: DriveStore;
  readonly scope: Scope;
  readonly partition: AuditPartition;
  /** epoch milliseconds: earlier shares are not needed */
  readonly start: number;
  /** read again from the start, whatever the position */
  readonly full: boolean;
  /** epoch milliseconds of Google's clock */
  readonly now: number;
  /** epoch milliseconds: where the reading ends; default: `now` */
  readonly end?: number;
  /** Reports a failure that does not end the reading. */
  readonly onFailure: OnFailure;
  readonly setAside: SetAside;
}

/** True before the first reading of the partition. */
export async function isFirstReading(
  { db, tenant }: DriveStore,
  { prefix }: AuditPartition,
): Promise<boolean> {
  const [eventName] = ACCESS_EVENT_NAMES;
  return (
    (await readCursor(db, { tenant, stream: auditLogStream(prefix, eventName) })) === undefined
  );
}

/**
 * Reads the audit log up to its end, one kind of entry after another, so that Google returns no views
 * or downloads of files. Stages the entries in scope. Its pages contain no shares yet.
 */
export async function* readAuditLog(reading: AuditLogReading): AsyncGenerator<SourcePage> {
  for (const eventName of ACCESS_EVENT_NAMES) yield* readEntries(reading, eventName);
}

async function* readEntries(
  reading: AuditLogReading,
  eventName: string,
): AsyncGenerator<SourcePage> {
  const { store, partition, now, end = now } = reading;
  const stream = auditLogStream(partition.prefix, eventName);
  const stored = await readCursor(store.db, { tenant: store.tenant, stream });
  const position = stored === undefined ? {} : parseAuditPosition(stored);
  const plan = planAuditReading(position, { ...reading, end: Math.min(end, now) });
  report(reading, plan);
  const { resumed, next, until } = plan;
  if (resumed !== undefined) {
    yield* retryWindow(reading, { eventName, stream, position, window: resumed });
  }
  if (next === undefined) return;
  const kept = until === undefined ? {} : { until };
  yield* retryWindow(reading, { eventName, stream, position: kept, window: next });
}

function report({ now, onFailure }: AuditLogReading, plan: AuditPlan): void {
  const { futurePosition: position, lost, next } = plan;
  if (position !== undefined) {
    onFailure('the audit log', futurePosition({ position, now, from: next?.from ?? now }));
  }
  if (lost !== undefined) onFailure('the audit log', entriesLost(lost));
}

function entriesLost(range: TimeRange): UserError {
  const [from, until] = [range.from, range.until].map((time) => new Date(time).toISOString());
  return new UserError(`the entries from ${from} to ${until} were not read: Google deleted them`, {
    hint:
      `Google keeps the audit log for ${AUDIT_LOG_DAYS} days, and no run has read it for longer. ` +
      'Shares of that time are lost, unless a change log shows them. The rest is read.',
  });
}

interface WindowReading {
  readonly eventName: string;
  readonly stream: string;
  readonly position: AuditPosition;
  readonly window: AuditWindow;
}

/** Starts the window over once if Google lost its page token. */
async function* retryWindow(
  reading: AuditLogReading,
  windowReading: WindowReading,
): AsyncGenerator<SourcePage> {
  const { from, until } = windowReading.window;
  // Time has passed since the window was planned, and Google rejects a start that is too old.
  const fromStart = { from: Math.max(from, earliestQueryable(reading.client.now())), until };
  for (const window of [windowReading.window, fromStart]) {
    try {
      yield* readWindow(reading, { ...windowReading, window });
      return;
    } catch (error) {
      if (!(error instanceof PageTokenLost)) throw error;
      if (window === fromStart) throw new RetryableError(error.message, { cause: error });
    }
  }
}

async function* readWindow(
  { client, store, scope, partition, setAside }: AuditLogReading,
  { eventName, stream, position, window }: WindowReading,
): AsyncGenerator<SourcePage> {
  const { from, until, page } = window;
  const key = { tenant: store.tenant, partition: partition.name };
  const query = { eventName, startTime: from, endTime: until };
  const list = () =>
    client.listActivities({ ...query, ...(page !== undefined && { pageToken: page }) });
  // The next page is requested while this one is staged: staging depends on no other page.
  for await (const { rows, nextPageToken, faulty = [] } of readAhead(list)) {
    for (const row of faulty) setAside.add(row);
    const all = rows.flatMap((activity) => entriesOf(activity, scope.insiders));
    await scope.users.findOwners(ownersOf(all));
    const entries = all.filter(({ place, at }) => scope.includes(place, at));
    const next: AuditPosition =
      nextPageToken === undefined
        ? { until }
        : { ...position, window: { from, until, page: nextPageToken } };
    yield {
      shares: [],
      stream,
      position: formatPosition(next),
      writeInTransaction: (trx) => stageEntries(trx, key, entries),
    };
  }
}

function ownersOf(entries: readonly AuditEntry[]): Set<string> {
  return new Set(entries.flatMap(({ place }) => ('owner' in place ? place.owner : [])));
}
