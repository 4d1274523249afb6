import type { Statement } from '../../db/schema.ts';
import type { Share } from '../../share/share.ts';

/** Where what is known of a tenant's Drive is kept. */
export interface DriveRecord {
  readonly db: Statement;
  readonly tenant: string;
  /** By eventId, those of the events that still wait for the audit log's word. */
  awaitingAuditLog(eventIds: readonly string[]): Promise<ReadonlyMap<string, Share>>;
}
