import { type KnownEvent, knownEvents } from '../outbox/known-events.ts';
import { PRIORITY } from '../outbox/outbox-event.ts';
import type { Share } from '../share/share.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import { decideEarly, type Rules } from './decide-share.ts';
import type { ReadContext } from './reading-context.ts';
import { inStage } from './stage-errors.ts';

/** The pages before one that may not be written yet when it is compared: see readSource. */
const PAGES_UNWRITTEN_MAX = 2;

/** The shares of a page that are to be decided. */
interface UndecidedShares {
  /** without a row */
  readonly created: readonly Share[];
  /** with an event that can still change */
  readonly reconsidered: readonly Share[];
  /** with an event that the local check rejected: see STATES_AFTER_REPAIR */
  readonly rejectedLocally: readonly Share[];
  /** eventIds of `reconsidered` that are held */
  readonly alreadyHeld: ReadonlySet<string>;
  /** eventIds from a backfill: it asked for them, so they are not too old for a sync either */
  readonly ofBackfill: ReadonlySet<string>;
}

/** A page, each share once, compared with what is on record. */
export interface ComparedPage extends SourcePage, UndecidedShares {
  /** those that are to be decided, or may be once the pages before are written */
  readonly shares: readonly Share[];
  /** all shares of the page, those with a final decision included */
  readonly sharesRead: number;
  /** a page that may not have been written yet has one of the shares, too: see compareAgain */
  readonly hasRepeated: boolean;
}

/**
 * Fetches pages, and compares each with the database before the next stage has it: a lookup that
 * queried the database would wait until the page before it is written, instead of running meanwhile.
 */
export async function* comparedPages(
  reading: ReadContext,
  source: Source,
  position: string | undefined,
): AsyncGenerator<ComparedPage> {
  const pages = source.pull(position)[Symbol.asyncIterator]();
  let recentIds: readonly ReadonlySet<string>[] = [];
  try {
    for (;;) {
      const { done, value: page } = await inStage(source.name, () => pages.next());
      if (done) return;
      const all = distinct(page.shares);
      const repeated = all.filter(({ eventId }) => recentIds.some((ids) => ids.has(eventId)));
      recentIds = [new Set(all.map(({ eventId }) => eventId)), ...recentIds];
      recentIds = recentIds.slice(0, PAGES_UNWRITTEN_MAX);
      const undecided = await undecidedShares(reading, { ...page, shares: all });
      const { created, reconsidered, rejectedLocally } = undecided;
      const shares = distinct([...created, ...reconsidered, ...rejectedLocally, ...repeated]);
      const hasRepeated = repeated.length > 0;
      yield { ...page, ...undecided, shares, sharesRead: page.shares.length, hasRepeated };
    }
  } finally {
    await pages.return?.();
  }
}

/**
 * What is to be decided now that the pages before this one are written. Does nothing without a repeated
 * share: comparing every page again took 2 % of a first sync's time.
 */
export async function compareAgain(
  reading: ReadContext,
  page: ComparedPage,
): Promise<UndecidedShares> {
  return page.hasRepeated ? undecidedShares(reading, page) : page;
}

async function undecidedShares(
  reading: ReadContext,
  { shares, replaced = [] }: Pick<SourcePage, 'shares' | 'replaced'>,
): Promise<UndecidedShares> {
  const eventIds = shares.map(({ eventId }) => eventId);
  const known = await knownEvents(reading.db, reading.tenant.tenant, eventIds);
  for (const eventId of replaced) known.delete(eventId);
  const eventOf = (share: Share) => known.get(share.eventId);
  const idsOf = (isIncluded: (event: KnownEvent) => boolean) =>
    new Set([...known].flatMap(([eventId, event]) => (isIncluded(event) ? eventId : [])));
  return {
    created: shares.filter((share) => eventOf(share) === undefined),
    reconsidered: shares.filter((share) => canChange(share, eventOf(share), reading.rules)),
    rejectedLocally: shares.filter((share) => isRejectedLocally(eventOf(share))),
    alreadyHeld: idsOf(({ state }) => state === 'held'),
    ofBackfill: idsOf(({ priority }) => priority === PRIORITY.backfill),
  };
}

/**
 * A held share may have a related record by now; a skipped one a link, an earlier start, or its
 * account back.
 */
function canChange(share: Share, event: KnownEvent | undefined, rules: Rules): boolean {
  if (event?.state === 'held') return true;
  if (event?.state !== 'skipped') return false;
  if (event.reason === 'rebound') return true;
  if (event.reason === 'no-url') return share.content.url !== undefined;
  return event.reason === 'before-start' && decideEarly(share, rules)?.reason !== 'before-start';
}

/** Gong never received it: what Gong itself rejects, only an operator retries. */
function isRejectedLocally(event: KnownEvent | undefined): boolean {
  return event?.state === 'rejected' && event.attempts === 0;
}

/** A page may repeat a share (a row that changed while it was read): the last one counts. */
function distinct(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [share.eventId, share])).values()];
}
