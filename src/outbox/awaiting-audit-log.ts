import { DATABASE_LIMITS } from '../db/limits.ts';
import type { Statement } from '../db/schema.ts';
import { chunksOf } from '../lib/chunks.ts';
import { RetryableError } from '../lib/errors.ts';
import type { Share } from '../share/share.ts';
import { storedShare } from './event-rows.ts';
import { queueForSearch } from './search-index.ts';

const AWAITING_AUDIT_LOG = { state: 'held', reason: 'audit-log' } as const;

/** The shares of those of the events that await the audit log, by eventId. */
export async function sharesAwaitingAuditLog(
  db: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<Map<string, Share>> {
  const shares = new Map<string, Share>();
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const rows = await db
      .selectFrom('event')
      .select(['event_id', 'share'])
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .where('state', '=', AWAITING_AUDIT_LOG.state)
      .where('reason', '=', AWAITING_AUDIT_LOG.reason)
      .execute();
    for (const row of rows) shares.set(row.event_id, storedShare(row));
  }
  return shares;
}

/**
 * Deletes events that await the audit log and are replaced by others. Throws RetryableError if one
 * no longer awaits it (for example, an operator queued it), because it would be reported twice.
 */
export async function deleteAwaitingAuditLog(
  trx: Statement,
  tenant: string,
  eventIds: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(eventIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const { numDeletedRows } = await trx
      .deleteFrom('event')
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .where('state', '=', AWAITING_AUDIT_LOG.state)
      .where('reason', '=', AWAITING_AUDIT_LOG.reason)
      .executeTakeFirst();
    if (numDeletedRows !== BigInt(chunk.length))
      throw new RetryableError('a share that awaited the audit log has changed its state since');
    await queueForSearch(trx, tenant, chunk);
  }
}
