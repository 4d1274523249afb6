import type { Match } from '../crm/match.ts';
import type { Statement } from '../db/schema.ts';
import type { ContentShared } from '../event/contract.ts';
import type { SkipReason } from '../share/policy.ts';
import type { SourceName } from '../share/share.ts';
import { statesAllowing } from './states.ts';
import { REOPENED_IF_READ_AGAIN } from './write-events.ts';

const REASON: SkipReason = 'rebound';

/**
 * Skips the events of an account that the tenant no longer belongs to, unless they were sent. Those
 * that an earlier skip could reopen get the same reason: a backfill of the new account must not send
 * them. Returns the number of events that will not be sent because of this.
 */
export async function skipRebound(
  trx: Statement,
  events: { readonly tenant: string; readonly source: SourceName; readonly now: number },
): Promise<number> {
  const { tenant, source, now } = events;
  const ofSource = () =>
    trx
      .updateTable('event')
      .set({ state: 'skipped', reason: REASON, not_before: null, updated_at: now })
      .where('tenant', '=', tenant)
      .where('source', '=', source);
  const { numUpdatedRows } = await ofSource()
    .where('state', 'in', statesAllowing('skip'))
    .executeTakeFirst();
  await ofSource()
    .where('state', '=', 'skipped')
    .where('reason', 'in', REOPENED_IF_READ_AGAIN)
    .execute();
  return Number(numUpdatedRows);
}

/** How many events `skipRebound` would skip. */
export async function countUnsent(
  db: Statement,
  events: { readonly tenant: string; readonly source: SourceName },
): Promise<number> {
  const row = await db
    .selectFrom('event')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', events.tenant)
    .where('source', '=', events.source)
    .where('state', 'in', statesAllowing('skip'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Replaces the match and the body of a pending event; false if it is no longer pending. */
export async function rebuildPending(
  db: Statement,
  event: {
    readonly tenant: string;
    readonly eventId: string;
    readonly match: Match;
    readonly body: ContentShared;
    readonly now: number;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('event')
    .set({
      match: JSON.stringify(event.match),
      body: JSON.stringify(event.body),
      updated_at: event.now,
    })
    .where('tenant', '=', event.tenant)
    .where('event_id', '=', event.eventId)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
