import { readCursor } from '../../db/cursors.ts';
import { RetryableError } from '../../lib/errors.ts';
import { PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SourcePage } from '../source.ts';
import { AUDIT_EVENT_NAMES, type AuditEntry, entriesOf } from './audit-entry.ts';
import { stageEntries } from './audit-entry-store.ts';
import type { AuditPartition } from './audit-partition.ts';
import { type AuditPosition, formatPosition, parseAuditPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { DRIVE_LIMITS } from './limits.ts';
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
  /** epoch milliseconds: where the reading ends */
  readonly now: number;
}

interface Window {
  /** epoch milliseconds */
  readonly from: number;
  readonly until: number;
  readonly page?: string;
}

/**
 * Reads the audit log up to `now`, one kind of entry after another, and stages the entries in scope.
 * Its pages contain no shares yet. Entries become visible late, so each reading starts before the end
 * of the previous one.
 */
export async function* readAuditLog(reading: AuditLogReading): AsyncGenerator<SourcePage> {
  for (const eventName of AUDIT_EVENT_NAMES) yield* readEntries(reading, eventName);
}

async function* readEntries(
  reading: AuditLogReading,
  eventName: string,
): AsyncGenerator<SourcePage> {
  const { store, partition, full, now } = reading;
  const stream = auditLogStream(partition.prefix, eventName);
  const stored = await readCursor(store.db, { tenant: store.tenant, stream });
  const position = stored === undefined ? {} : parseAuditPosition(stored);
  // Finish an interrupted window first, then read what came after it.
  const { window } = position;
  if (window !== undefined) yield* retryWindow(reading, { eventName, stream, position, window });
  const until = window?.until ?? position.until;
  const earliest = earliestTime(reading);
  const from =
    until === undefined || full ? earliest : Math.max(earliest, until - DRIVE_LIMITS.lookBackMs);
  const next = { from, until: Math.max(now, until ?? 0) };
  // Google rejects an empty window.
  if (next.from >= next.until) return;
  yield* retryWindow(reading, {
    eventName,
    stream,
    position: until === undefined ? {} : { until },
    window: next,
  });
}

/**
 * The earliest time to read. A share action that spans the start began before it, so read a little
 * earlier. Never begin in the future of Google's clock, which can be minutes behind ours: Reports
 * rejects that ("The startTime must be before … the current time").
 */
function earliestTime({ start, now }: AuditLogReading): number {
  return Math.min(start, now) - DRIVE_LIMITS.auditLeadMs;
}

interface WindowReading {
  readonly eventName: string;
  readonly stream: string;
  readonly position: AuditPosition;
  readonly window: Window;
}

/** Starts the window over once if Google lost its page token. */
async function* retryWindow(
  reading: AuditLogReading,
  windowReading: WindowReading,
): AsyncGenerator<SourcePage> {
  const { page: _page, ...fromStart } = windowReading.window;
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
  { client, store, scope, partition }: AuditLogReading,
  { eventName, stream, position, window }: WindowReading,
): AsyncGenerator<SourcePage> {
  const { from, until, page } = window;
  const key = { tenant: store.tenant, partition: partition.name };
  const pages = client.listActivities({
    eventName,
    startTime: from,
    endTime: until,
    ...(page !== undefined && { pageToken: page }),
  });
  for await (const { rows, nextPageToken } of pages) {
    const all = rows.flatMap((activity) => entriesOf(activity, scope.insiders));
    await scope.people.findOwners(ownersOf(all));
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
