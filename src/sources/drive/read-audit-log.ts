import { readCursor } from '../../db/cursors.ts';
import { RetryableError } from '../../lib/errors.ts';
import { PageTokenLost } from '../../vendors/google/errors.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SourcePage } from '../source.ts';
import { stageEntries } from './activity-store.ts';
import { AUDIT_EVENT_NAMES, entriesOf } from './audit-entry.ts';
import type { AuditPartition } from './audit-partition.ts';
import type { DriveRecord } from './drive-record.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { type AuditPosition, readAuditPosition, writePosition } from './positions.ts';
import type { Scope } from './scope.ts';

export interface AuditReading {
  readonly client: GoogleClient;
  readonly record: DriveRecord;
  readonly scope: Scope;
  readonly lane: AuditPartition;
  /** epoch milliseconds: shares from then on are looked for */
  readonly start: number;
  /** from the start again, whatever was read before */
  readonly full: boolean;
  /** epoch milliseconds: up to where it is read */
  readonly now: number;
}

interface Window {
  /** epoch milliseconds */
  readonly from: number;
  readonly until: number;
  readonly page?: string;
}

/**
 * Reads the audit log up to `now`, one kind of entry after the other, and keeps what matters; no
 * share comes of it yet. Entries become visible late: each reading goes back before the last one.
 */
export async function* auditPages(reading: AuditReading): AsyncGenerator<SourcePage> {
  for (const eventName of AUDIT_EVENT_NAMES) yield* pagesOf(reading, eventName);
}

async function* pagesOf(reading: AuditReading, eventName: string): AsyncGenerator<SourcePage> {
  const { record, lane, full, now } = reading;
  const stream = `${lane.prefix}/audit-log/${eventName}`;
  const kept = await readCursor(record.db, { tenant: record.tenant, stream });
  const position = kept === undefined ? {} : readAuditPosition(kept);
  // A window that was left half-way is read to its end, and then what came after it.
  const { window } = position;
  if (window !== undefined) yield* windowPages(reading, { eventName, stream, position, window });
  const until = window?.until ?? position.until;
  const first = firstFrom(reading);
  const from =
    until === undefined || full ? first : Math.max(first, until - DRIVE_LIMITS.lookBackMs);
  const next = { from, until: Math.max(now, until ?? 0) };
  // Google refuses a window that does not begin before its end; there is nothing in it.
  if (next.from >= next.until) return;
  yield* windowPages(reading, {
    eventName,
    stream,
    position: until === undefined ? {} : { until },
    window: next,
  });
}

/**
 * From where the log is read at all. An act that is under way at the start began before it: somewhat
 * earlier, to see its beginning. And never from a time that Google's clock, minutes behind ours,
 * has not come to: Reports refuses that ("The startTime must be before … the current time").
 */
function firstFrom({ start, now }: AuditReading): number {
  return Math.min(start, now) - DRIVE_LIMITS.auditLeadMs;
}

interface Reach {
  readonly eventName: string;
  readonly stream: string;
  readonly position: AuditPosition;
  readonly window: Window;
}

async function* windowPages(reading: AuditReading, reach: Reach): AsyncGenerator<SourcePage> {
  const { page: _page, ...fromStart } = reach.window;
  try {
    yield* pagesOfWindow(reading, reach);
  } catch (error) {
    if (!(error instanceof PageTokenLost)) throw error;
    try {
      yield* pagesOfWindow(reading, { ...reach, window: fromStart });
    } catch (again) {
      throw again instanceof PageTokenLost
        ? new RetryableError(again.message, { cause: again })
        : again;
    }
  }
}

async function* pagesOfWindow(reading: AuditReading, reach: Reach): AsyncGenerator<SourcePage> {
  const { client, record, scope, lane } = reading;
  const { eventName, stream, position, window } = reach;
  const { from, until, page } = window;
  const pages = client.listActivities({
    eventName,
    startTime: from,
    endTime: until,
    ...(page !== undefined && { pageToken: page }),
  });
  for await (const { rows, nextPageToken } of pages) {
    const entries = rows
      .flatMap((activity) => entriesOf(activity, scope.domains))
      .filter((entry) => scope.includes(entry.place));
    const next: AuditPosition =
      nextPageToken === undefined
        ? { until }
        : { ...position, window: { from, until, page: nextPageToken } };
    yield {
      shares: [],
      stream,
      position: writePosition(next),
      alongside: (trx) => stageEntries(trx, { tenant: record.tenant, lane: lane.name }, entries),
    };
  }
}
