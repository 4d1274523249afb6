import { isInFuture } from '../future-position.ts';
import type { AuditPosition } from './cursor-positions.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Epoch milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

export interface AuditWindow extends TimeRange {
  readonly page?: string;
}

/** What decides which time is read. All times are epoch milliseconds of Google's clock. */
export interface AuditRequest {
  /** earlier entries are not needed */
  readonly start: number;
  /** where the reading ends, not after `now` */
  readonly end: number;
  readonly now: number;
  /** read again from the start, whatever the position */
  readonly full: boolean;
}

export interface AuditPlan {
  /** an interrupted window that can be continued: read it first */
  readonly resumed: AuditWindow | undefined;
  /** undefined: there is nothing to read */
  readonly next: TimeRange | undefined;
  /** the position that is kept until `next` is read */
  readonly until: number | undefined;
  /** the stored position is in the future, where no reading can have been */
  readonly futurePosition: number | undefined;
  /** the time after the last reading that Google no longer has */
  readonly lost: TimeRange | undefined;
}

/** The earliest time that Google still accepts in a query, with a margin for a long reading. */
export function earliestQueryable(now: number): number {
  return now - DRIVE_LIMITS.auditLogKeptMs + DRIVE_LIMITS.auditLogMarginMs;
}

/**
 * Plans the reading of one kind of entry: first the interrupted window, then what came after it.
 * Entries become visible late, so each reading starts before the end of the previous one.
 */
export function planAuditReading(stored: AuditPosition, request: AuditRequest): AuditPlan {
  const { end, now, full } = request;
  const ends = [stored.until, stored.window?.until];
  const futurePosition = ends.find((time) => isInFuture(time, now));
  const { until, window } = futurePosition === undefined ? stored : {};
  const oldest = earliestQueryable(now);
  // Google rejects the next page, too, once the window's start is too old.
  const resumed = window !== undefined && window.from >= oldest ? window : undefined;
  const read = resumed?.until ?? until;
  const earliest = earliestTime(request);
  const requested =
    read === undefined || full ? earliest : Math.max(earliest, read - DRIVE_LIMITS.lookBackMs);
  const unfinished = resumed === undefined ? window?.from : undefined;
  const from = Math.max(oldest, Math.min(requested, unfinished ?? requested));
  return {
    resumed,
    // Google rejects an empty window.
    next: from < end ? { from, until: end } : undefined,
    until: read,
    futurePosition,
    lost: read !== undefined && !full && read < oldest ? { from: read, until: oldest } : undefined,
  };
}

/**
 * The earliest time to read. A share action that spans the start began before it, so read a little
 * earlier. Never begin in the future of Google's clock: Reports rejects that ("The startTime must be
 * before … the current time").
 */
function earliestTime({ start, now }: AuditRequest): number {
  return Math.min(start, now) - DRIVE_LIMITS.auditLeadMs;
}
