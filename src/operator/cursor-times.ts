import type { Cursor } from '../db/cursors.ts';
import { DRIVE_STREAM } from '../sources/drive/stream-names.ts';
import { SALESFORCE_STREAM } from '../sources/salesforce/sync-source.ts';

/** How far a stream is read that has a position in time. */
export interface CursorTime {
  readonly stream: string;
  /** epoch milliseconds */
  readonly at: number;
}

const SALESFORCE = 'salesforce/';
const AUDIT_LOG = `${DRIVE_STREAM}/audit-log/`;

/** All streams that have a position in time start with one of these. */
export const TIMED_STREAMS_PREFIXES = [SALESFORCE, AUDIT_LOG] as const;

/** Change logs have no position in time, and their names contain people's IDs. */
export function cursorTimes(cursors: readonly Cursor[]): CursorTime[] {
  return cursors.flatMap(({ stream, position }) => {
    const key = timeKeyOf(stream);
    const at = key === undefined ? Number.NaN : timeIn(position, key);
    return Number.isFinite(at) ? [{ stream, at }] : [];
  });
}

function timeKeyOf(stream: string): string | undefined {
  if (stream === SALESFORCE_STREAM) return 'mark';
  return stream.startsWith(AUDIT_LOG) ? 'until' : undefined;
}

function timeIn(position: string, key: string): number {
  const value = (JSON.parse(position) as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}
