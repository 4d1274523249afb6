import { sql } from 'kysely';
import type { Database, Statement } from '../db/schema.ts';
import type { Share } from '../share/share.ts';
import { ERASURE_LIMITS } from './limits.ts';
import { storedShare } from './rows.ts';

/**
 * The words of the index over the age, to the letter: SQLite takes a partial index only where the
 * statement says the same.
 */
const SETTLED = sql<boolean>`state in ('delivered', 'duplicate', 'rejected', 'skipped')`;

/**
 * Takes people, title, links, match, body and what Gong said out of some events that were settled
 * before `before`. Their keys stay, with what became of them and when,
 * so that nothing is reported again. One short transaction; gives how many there were.
 */
export async function eraseSettled(
  db: Database,
  options: { readonly before: number; readonly now: number },
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const events = await settledBefore(trx, options.before);
    for (const event of events) await erase(trx, event, options.now);
    return events.length;
  });
}

interface SettledRow {
  readonly tenant: string;
  readonly event_id: string;
  readonly share: string;
}

/** In no order: sorting would read all that are old before it gives the first. */
function settledBefore(trx: Statement, before: number): Promise<SettledRow[]> {
  return trx
    .selectFrom('event')
    .select(['tenant', 'event_id', 'share'])
    .where(SETTLED)
    .where('erased_at', 'is', null)
    .where('updated_at', '<', before)
    .limit(ERASURE_LIMITS.eventsPerBatchMax)
    .execute();
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

/** A share still, of which only its source, its time and the ids that the source gave are left. */
function withoutPeople({ source, eventId, shareId, sharedAt, content }: Share): Share {
  return {
    source,
    eventId,
    shareId,
    sharedAt,
    content: { id: content.id, title: '' },
    contentProperties: [],
    eventProperties: [],
  };
}
