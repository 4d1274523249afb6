import type { TenantConfig } from '../config/types.ts';
import { lookUp, type QueryBatch } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import type { Database } from '../db/schema.ts';
import { eventIdOf } from '../event/event-id.ts';
import type { Clock } from '../lib/clock.ts';
import { SYNC_LIMITS } from '../lib/limits.ts';
import { readAhead } from '../lib/read-ahead.ts';
import { type KnownEvent, knownEvents } from '../outbox/events.ts';
import { pagesInState } from '../outbox/pages.ts';
import type { NewEvent } from '../outbox/stored.ts';
import type { Share } from '../share/share.ts';
import type { Source } from '../sources/source.ts';
import { inStage } from './failures.ts';
import { judge, judgeEarly, type Rules } from './judge.ts';

/** What became of a batch of shares; a dry run shows it, a real one commits it. */
export interface ReadBatch {
  /** gone through once: each is judged as it is taken */
  readonly created: Iterable<NewEvent>;
  readonly reconsidered: readonly NewEvent[];
  readonly cursor?: { readonly stream: string; readonly position: string };
}

export interface Reading {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: TenantConfig;
  readonly rules: Rules;
  readonly crm: QueryBatch;
  readonly signal: AbortSignal;
  readonly take: (batch: ReadBatch) => Promise<void>;
}

/**
 * Reads what is new in a source, page by page: fetch, look up, judge, hand over. A page is fetched
 * and looked up while the one before it is judged and written.
 */
export async function readSource(reading: Reading, source: Source): Promise<void> {
  const { db, tenant, signal } = reading;
  const position = await readCursor(db, { tenant: tenant.tenant, stream: source.stream });
  for await (const page of readAhead((stop) =>
    lookedUpPages(reading, { source, position, stop }),
  )) {
    signal.throwIfAborted();
    await takePage(reading, source, page);
  }
}

/** A page's shares that may need judging, and how to judge them. */
interface LookedUpPage {
  readonly shares: readonly Share[];
  readonly judgeOne: (share: Share) => NewEvent;
  readonly position: string;
}

async function* lookedUpPages(
  reading: Reading,
  from: {
    readonly source: Source;
    readonly position: string | undefined;
    readonly stop: AbortSignal;
  },
): AsyncGenerator<LookedUpPage> {
  const { source, stop } = from;
  const pages = source.pull(from.position)[Symbol.asyncIterator]();
  try {
    while (!stop.aborted) {
      const page = await inStage(source.name, () => pages.next());
      if (page.done) return;
      const { created, reconsidered } = await unsettled(reading, distinct(page.value.shares));
      const shares = [...created, ...reconsidered];
      const judgeOne = await lookUpAll(reading, shares);
      yield { shares, judgeOne, position: page.value.position };
    }
  } finally {
    await pages.return?.();
  }
}

/** What is on record is asked again: the page before may have written a share that came twice. */
async function takePage(reading: Reading, source: Source, page: LookedUpPage): Promise<void> {
  const { created, reconsidered } = await unsettled(reading, page.shares);
  await reading.take({
    created: created.values().map(page.judgeOne),
    reconsidered: reconsidered.map(page.judgeOne),
    cursor: { stream: source.stream, position: page.position },
  });
}

/** The shares without a row, and those whose event may become another one. */
async function unsettled(reading: Reading, shares: readonly Share[]) {
  const known = await knownEvents(reading.db, reading.tenant.tenant, shares.map(eventIdOf));
  const eventOf = (share: Share) => known.get(eventIdOf(share));
  return {
    created: shares.filter((share) => eventOf(share) === undefined),
    reconsidered: shares.filter((share) => isOpen(share, eventOf(share), reading.rules)),
  };
}

/** A held share may have been given a related record since; a skipped one its link, or a new start. */
function isOpen(share: Share, event: KnownEvent | undefined, rules: Rules): boolean {
  if (event?.state === 'held') return true;
  if (event?.state !== 'skipped') return false;
  if (event.reason === 'no-url') return share.content.url !== undefined;
  return event.reason === 'before-start' && judgeEarly(share, rules)?.reason !== 'before-start';
}

/** Looks held events up again, in pages: those whose record appeared or whose time is up move. */
export async function reconsiderHeld(reading: Reading): Promise<void> {
  const { tenant } = reading.tenant;
  const size = SYNC_LIMITS.sharesPerBatchMax;
  for await (const held of pagesInState(reading.db, { tenant, state: 'held', size })) {
    reading.signal.throwIfAborted();
    const shares = held.map((event) => event.share);
    const judged = shares.map(await lookUpAll(reading, shares));
    const moved = judged.filter((event) => event.state !== 'held');
    if (moved.length > 0) await reading.take({ created: [], reconsidered: moved });
  }
}

/** One look-up for all shares that need one; then each can be judged by itself. */
async function lookUpAll(
  reading: Reading,
  shares: readonly Share[],
): Promise<(share: Share) => NewEvent> {
  const { rules, crm, clock } = reading;
  const open = shares.filter((share) => judgeEarly(share, rules) === undefined);
  const records = await inStage('crm', () => lookUp(crm, open, { timezone: rules.timezone }));
  const now = clock.now();
  return (share) => judgeEarly(share, rules) ?? judge(share, records, { rules, now });
}

/** A page may repeat a share (a row that moved while it was read): the last reading counts. */
function distinct(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [eventIdOf(share), share])).values()];
}
