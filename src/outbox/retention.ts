import { sql } from 'kysely';
import type { Database, Statement } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { withoutPeople } from '../event/without-forgotten.ts';
import { storedShare } from './event-rows.ts';
import { ERASURE_LIMITS } from './limits.ts';
import { queueForSearch } from './search-index.ts';

/**
 * Must equal the condition of the partial index on the age: SQLite uses a partial index only if the
 * query repeats its condition.
 */
const SETTLED = sql<boolean>`state in ('delivered', 'duplicate', 'rejected', 'skipped')`;

/**
 * Erases people, title, links, match, body and Gong's responses from one batch of events that were
 * settled before `before`. Their keys, states and times stay, so that nothing is reported again.
 * Uses one short transaction. Returns the number of erased events.
 */
export async function eraseSettled(
  db: Database,
  options: { readonly before: number; readonly now: number },
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const events = await settledBefore(trx, options.before);
    for (const event of events) {
      await erase(trx, event, options.now);
      await queueForSearch(trx, event.tenant, [event.event_id]);
    }
    return events.length;
  });
}

interface SettledRow {
  readonly tenant: string;
  readonly event_id: string;
  readonly share: string;
}

/** Unordered: sorting would read all old events before it returns the first. */
function settledBefore(trx: Statement, before: number): Promise<SettledRow[]> {
  return (
    trx
      .selectFrom('event')
      .select(['tenant', 'event_id', 'share'])
      .where(SETTLED)
      .where('erased_at', 'is', null)
      .where('updated_at', '<', before)
      .limit(ERASURE_LIMITS.eventsPerBatchMax)
      // Another process erases those that it has locked.
      .forUpdate()
      .skipLocked()
      .execute()
  );
}

async function erase(trx: Statement, event: SettledRow, now: number): Promise<void> {
  const share = JSON.stringify(withoutPeople(storedShare(event)));
  await trx
    .updateTable('event')
    .set({ share, match: null, body: null, errors: null, erased_at: now })
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.event_id)
    .execute();
  await trx
    .deleteFrom('attempt')
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.event_id)
    .execute();
}
