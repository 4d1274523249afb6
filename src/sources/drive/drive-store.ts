import type { Statement } from '../../db/schema.ts';
import type { Share } from '../../share/share.ts';

/** The stored Drive data of one tenant. */
export interface DriveStore {
  readonly db: Statement;
  readonly tenant: string;
  /** The shares of those events that still wait for the audit log, by eventId. */
  sharesAwaitingAuditLog(eventIds: readonly string[]): Promise<ReadonlyMap<string, Share>>;
}
