import type { Statement } from '../../db/schema.ts';
import type { ForgottenPeople } from '../../share/forgotten.ts';
import type { Share } from '../../share/share.ts';

/** The stored Drive data of one tenant. */
export interface DriveStore {
  readonly db: Statement;
  readonly tenant: string;
  /** the Id of the tenant's Salesforce org if it is a sandbox: event IDs carry it */
  readonly sandboxOrgId?: string;
  /** people whose data was erased; default: none */
  readonly forgotten?: ForgottenPeople;
  /** The shares of those events that still wait for the audit log, by eventId. */
  sharesAwaitingAuditLog(eventIds: readonly string[]): Promise<ReadonlyMap<string, Share>>;
}
