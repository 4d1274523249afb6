import { acquireLease, releaseLease } from '../../src/db/leases.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import type { NewEvent } from '../../src/outbox/outbox-event.ts';
import { indexNextEvents } from '../../src/outbox/search-index.ts';
import type { State } from '../../src/outbox/states.ts';
import { batchOf, newEvent } from '../support/events.ts';

const PAGE = 2_000;
const WORDS = [
  'offer',
  'contract',
  'deck',
  'plan',
  'price',
  'list',
  'security',
  'annex',
  'summary',
];
/** A title ends with a number below this one. */
export const TITLE_NUMBERS = 5_000;
const SELLERS = 200;
const EVENTS_PER_BUYER = 5;
/** of a hundred events; the others are delivered */
const STATE_OF_HUNDRED: Readonly<Record<number, State>> = {
  0: 'pending',
  1: 'rejected',
  2: 'held',
  3: 'duplicate',
  4: 'skipped',
  5: 'skipped',
};

export interface ManyEvents {
  readonly tenant: string;
  readonly count: number;
  /** when the first one was shared, and the time between two; milliseconds */
  readonly start: number;
  readonly everyMs: number;
}

/** The facts that a search can name. */
export const factsOf = (number: number) => ({
  eventId: `${number % 3 === 0 ? 'drive' : 'salesforce'}:${String(number).padStart(9, '0')}`,
  contentId: `069${String(number).padStart(15, '0')}`,
  accountId: `001${String(Math.floor(number / EVENTS_PER_BUYER)).padStart(15, '0')}`,
  buyer: `buyer-${Math.floor(number / EVENTS_PER_BUYER)}@customer.example`,
});

function eventOf(number: number, { start, everyMs }: ManyEvents): NewEvent {
  const { eventId, contentId, accountId, buyer } = factsOf(number);
  const word = (salt: number) => WORDS[(number * 7 + salt * 13) % WORDS.length] ?? '';
  const state = STATE_OF_HUNDRED[number % 100] ?? 'delivered';
  const event = newEvent(eventId, { state, ...(state === 'skipped' && { reason: 'link-only' }) });
  return {
    ...event,
    share: {
      ...event.share,
      source: number % 3 === 0 ? 'google-drive' : 'salesforce',
      sharedAt: start + number * everyMs,
      sharer: {
        email: `seller-${number % SELLERS}@acme.example`,
        name: `Seller ${number % SELLERS}`,
      },
      content: {
        id: contentId,
        title: `${word(1)} ${word(2)} ${word(3)} ${number % TITLE_NUMBERS}`,
        url: `https://acme.my.salesforce.com/sfc/p/${number}`,
      },
    },
    match: {
      matched: true,
      objects: [{ type: 'Account', id: accountId, name: `Customer ${accountId}` }],
      recipients: [{ email: buyer, name: `Buyer ${number % TITLE_NUMBERS}` }],
      reasons: [],
    },
  };
}

/** Writes the events page by page, as a run does. */
export async function writeManyEvents(into: Database, many: ManyEvents): Promise<void> {
  const { tenant, count, start, everyMs } = many;
  const lease = { name: `tenant ${tenant}`, holder: 'bench|1|1|1' };
  for (let from = 0; from < count; from += PAGE) {
    const size = Math.min(PAGE, count - from);
    const events = Array.from({ length: size }, (_, index) => eventOf(from + index, many));
    await acquireLease(into, lease, Date.now());
    await commitBatch(
      into,
      lease,
      batchOf(events, { tenant, now: start + (from + size) * everyMs }),
    );
  }
  await releaseLease(into, lease);
}

export async function indexAllEvents(of: Database): Promise<void> {
  while (await indexNextEvents(of));
}
