import { DRIVE_STREAM } from './stream-names.ts';

/**
 * Keeps the cursors and staged entries of each reading of the audit log apart: those of the sync, and
 * those of each backfill, which reads the same entries again for its own window.
 */
export interface AuditPartition {
  /** stored with each staged entry */
  readonly name: string;
  /** the stored streams of its cursors start with it */
  readonly prefix: string;
}

export const SYNC_PARTITION: AuditPartition = { name: '', prefix: DRIVE_STREAM };

/** `stream`: of the backfill's window, the same for every run of that backfill. */
export function backfillPartition(stream: string): AuditPartition {
  return { name: stream, prefix: stream };
}
