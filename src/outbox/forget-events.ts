import { isDeepStrictEqual } from 'node:util';
import type { Selectable, Updateable } from 'kysely';
import type { Match } from '../crm/match.ts';
import { type Mentions, mentionsAny } from '../db/mentions.ts';
import { pagesByKey } from '../db/pages-by-key.ts';
import type { EventTable, Statement } from '../db/schema.ts';
import type { ContentShared } from '../event/contract.ts';
import {
  type EventContent,
  namesOnlyForgotten,
  withoutForgotten,
  withoutPeople,
} from '../event/without-forgotten.ts';
import type { ForgottenPeople } from '../share/forgotten.ts';
import type { SkipReason } from '../share/policy.ts';
import { storedErrors, storedMatch, storedShare } from './event-rows.ts';
import { ERASURE_LIMITS } from './limits.ts';
import { queueForSearch, removeFromIndex } from './search-index.ts';
import type { State } from './states.ts';

type EventRow = Pick<
  Selectable<EventTable>,
  'tenant' | 'event_id' | 'state' | 'share' | 'match' | 'body' | 'errors'
>;

/** An event that names a forgotten person, and its columns without that person. */
export interface ForgettableEvent {
  readonly tenant: string;
  readonly eventId: string;
  readonly columns: Updateable<EventTable>;
  /** nothing but keys and times is left of it */
  readonly isErased: boolean;
}

const IN_GONG: readonly State[] = ['delivered', 'duplicate'];
const REASON: SkipReason = 'forgotten';

/** Yields the tenant's events that name forgotten people, page by page. */
export async function* eventsNaming(
  db: Statement,
  of: { readonly tenant: string; readonly mentions: Mentions; readonly now: number },
  forgotten: ForgottenPeople,
): AsyncGenerator<ForgettableEvent[]> {
  const events = db
    .selectFrom('event')
    .select(['tenant', 'event_id', 'state', 'share', 'match', 'body', 'errors'])
    .where('tenant', '=', of.tenant)
    .where(mentionsAny(['share', 'match', 'body', 'errors'], of.mentions));
  const pages = pagesByKey(events, { key: ['event_id'], size: ERASURE_LIMITS.eventsPerBatchMax });
  for await (const page of pages) {
    yield page.flatMap((row) => withoutPerson(row, forgotten, of.now) ?? []);
  }
}

/** Writes the events without the person, also in the search index. */
export async function forgetInEvents(
  trx: Statement,
  events: readonly ForgettableEvent[],
): Promise<void> {
  for (const { tenant, eventId, columns, isErased } of events) {
    await trx
      .updateTable('event')
      .set(columns)
      .where('tenant', '=', tenant)
      .where('event_id', '=', eventId)
      .execute();
    if (isErased) {
      await trx
        .deleteFrom('attempt')
        .where('tenant', '=', tenant)
        .where('event_id', '=', eventId)
        .execute();
    }
    await removeFromIndex(trx, tenant, [eventId]);
    await queueForSearch(trx, tenant, [eventId]);
  }
}

function withoutPerson(
  row: EventRow,
  forgotten: ForgottenPeople,
  now: number,
): ForgettableEvent | undefined {
  const key = { tenant: row.tenant, eventId: row.event_id };
  const content = contentOf(row);
  if (namesOnlyForgotten(content, forgotten)) {
    const columns = {
      ...columnsOf({ share: withoutPeople(content.share) }),
      ...(IN_GONG.includes(row.state as State) ? {} : skipped(now)),
      erased_at: now,
    };
    return { ...key, columns, isErased: true };
  }
  const changed = withoutForgotten(content, forgotten);
  if (isDeepStrictEqual(changed, content)) return undefined;
  return { ...key, columns: columnsOf(changed), isErased: false };
}

function skipped(now: number): Updateable<EventTable> {
  return { state: 'skipped' satisfies State, reason: REASON, not_before: null, updated_at: now };
}

function contentOf(row: EventRow): EventContent {
  const match: Match | undefined = storedMatch(row);
  return {
    share: storedShare(row),
    ...(match && { match }),
    ...(row.body !== null && { body: JSON.parse(row.body) as ContentShared }),
    ...(row.errors !== null && { errors: storedErrors(row) }),
  };
}

function columnsOf({ share, match, body, errors }: EventContent) {
  return {
    share: JSON.stringify(share),
    match: match ? JSON.stringify(match) : null,
    body: body ? JSON.stringify(body) : null,
    errors: errors ? JSON.stringify(errors) : null,
  };
}
