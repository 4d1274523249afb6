import type { TenantConfig } from '../config/types.ts';
import { type LookUpOptions, lookUp } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import { growYoungGeneration, optimizeHotCode } from '../lib/heap.ts';
import { readAhead } from '../lib/read-ahead.ts';
import { type KnownEvent, knownEvents } from '../outbox/known-events.ts';
import { type NewEvent, PRIORITY } from '../outbox/outbox-event.ts';
import type { Share } from '../share/share.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import { decideEarly, decideShare, type Rules } from './decide-share.ts';
import type { ReadContext } from './reading-context.ts';
import { inStage } from './stage-errors.ts';

/** Pages that a run reads in a quiet night, such as the change logs of a small company. */
const QUIET_PAGES_MAX = 16;
/** One page is looked up ahead, and one more is fetched. */
const PAGES_AHEAD = 2;

/**
 * Reads what is new in a source, page by page: fetch, look up, decide, take. While one page is
 * decided and written, the next is looked up and the one after that is fetched, unless a page builds
 * on what the previous one wrote.
 */
export async function readSource(reading: ReadContext, source: Source): Promise<void> {
  const { db, tenant, signal } = reading;
  const position = await readCursor(db, { tenant: tenant.tenant, stream: source.stream });
  // A first read can be long. That of Drive, which allows no reading ahead, waits for Google's quota.
  if (position === undefined && source.allowsReadAhead) optimizeHotCode();
  const open = (stop: AbortSignal) => lookedUpPages(reading, { source, position, stop });
  let pages = 0;
  let sharesRead = 0;
  for await (const page of source.allowsReadAhead ? readAhead(open) : open(signal)) {
    signal.throwIfAborted();
    // Not for a quiet night: it would take 5 MB.
    if (sharesRead > 0 || pages >= QUIET_PAGES_MAX) growYoungGeneration();
    pages += 1;
    sharesRead += page.sharesRead;
    await takePage(reading, source, page);
  }
}

/** The shares of a page that are to be decided. */
interface UndecidedShares {
  /** without a row */
  readonly created: readonly Share[];
  /** with an event that can still change */
  readonly reconsidered: readonly Share[];
  /** with an event that the local check rejected: it stays so unless its body is valid now */
  readonly rejectedLocally: readonly Share[];
  /** eventIds from a backfill: it asked for them, so they are not too old for a sync either */
  readonly ofBackfill: ReadonlySet<string>;
}

/** A page, each share once, compared with what is on record. */
interface ComparedPage extends SourcePage, UndecidedShares {
  /** all shares of the page, those with a final decision included */
  readonly sharesRead: number;
  /** those that came in a page that may not have been written yet, whatever is on record */
  readonly repeated: readonly Share[];
}

/** A page's undecided shares, and how to decide each of them. */
interface LookedUpPage extends ComparedPage {
  readonly decide: (share: Share) => NewEvent;
}

async function* lookedUpPages(
  reading: ReadContext,
  from: {
    readonly source: Source;
    readonly position: string | undefined;
    readonly stop: AbortSignal;
  },
): AsyncGenerator<LookedUpPage> {
  const { source, stop } = from;
  const compare = () => comparedPages(reading, source, from.position);
  const pages = source.allowsReadAhead ? readAhead(compare) : compare();
  for await (const page of pages) {
    const { created, reconsidered, rejectedLocally, repeated } = page;
    const { awaitsAuditLog = false, ofBackfill } = page;
    const shares = distinct([...created, ...reconsidered, ...rejectedLocally, ...repeated]);
    const decide = await decider(reading, shares, { awaitsAuditLog, ofBackfill });
    yield { ...page, shares, decide };
    if (stop.aborted) return;
  }
}

/**
 * Fetches pages, and compares each with the database before the next stage has it: a lookup that
 * queried the database would wait until the page before it is written, instead of running meanwhile.
 */
async function* comparedPages(
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
      const shares = distinct(page.shares);
      const repeated = shares.filter(({ eventId }) => recentIds.some((ids) => ids.has(eventId)));
      recentIds = [new Set(shares.map(({ eventId }) => eventId)), ...recentIds];
      recentIds = recentIds.slice(0, PAGES_AHEAD);
      const undecidedShares = await undecided(reading, { ...page, shares });
      yield { ...page, shares, sharesRead: page.shares.length, repeated, ...undecidedShares };
    }
  } finally {
    await pages.return?.();
  }
}

/**
 * Compares the page again if a share came twice: the pages before it can have been written after it was
 * compared. Comparing every page again took 2 % of a first sync's time.
 */
async function takePage(reading: ReadContext, source: Source, page: LookedUpPage): Promise<void> {
  const { created, reconsidered, rejectedLocally } =
    page.repeated.length > 0 ? await undecided(reading, page) : page;
  const repaired = rejectedLocally.map(page.decide).filter(({ state }) => state === 'pending');
  const { replaced = [], writeInTransaction, recordsBaseline = false } = page;
  const { position, stream = source.stream, sharesRead } = page;
  await reading.take({
    sharesRead,
    created: { [Symbol.iterator]: () => created.values().map(page.decide) },
    reconsidered: [...reconsidered.map(page.decide), ...repaired],
    replaced,
    recordsBaseline,
    cursor: { stream, position },
    ...(writeInTransaction && { writeInTransaction }),
  });
}

/** Takes events of earlier runs with their new decisions. */
export async function takeReconsidered(
  reading: ReadContext,
  reconsidered: readonly NewEvent[],
): Promise<void> {
  if (reconsidered.length === 0) return;
  await reading.take({ created: [], reconsidered, replaced: [], sharesRead: 0 });
}

async function undecided(
  reading: ReadContext,
  { shares, replaced = [] }: Pick<SourcePage, 'shares' | 'replaced'>,
): Promise<UndecidedShares> {
  const eventIds = shares.map(({ eventId }) => eventId);
  const known = await knownEvents(reading.db, reading.tenant.tenant, eventIds);
  for (const eventId of replaced) known.delete(eventId);
  const eventOf = (share: Share) => known.get(share.eventId);
  const ofBackfill = [...known].filter(([, { priority }]) => priority === PRIORITY.backfill);
  return {
    created: shares.filter((share) => eventOf(share) === undefined),
    reconsidered: shares.filter((share) => canChange(share, eventOf(share), reading.rules)),
    rejectedLocally: shares.filter((share) => isRejectedLocally(eventOf(share))),
    ofBackfill: new Set(ofBackfill.map(([eventId]) => eventId)),
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

export function lookUpOptionsOf({ timezone, crm }: TenantConfig): LookUpOptions {
  return { timezone, matchAccountByDomain: crm.matchAccountByDomain };
}

interface DeciderOptions {
  readonly awaitsAuditLog?: boolean;
  /** eventIds from a backfill: it asked for them, so they are not too old for a sync either */
  readonly ofBackfill?: ReadonlySet<string>;
}

/** Looks up all shares that need it in one batch. The result decides each of them. */
export async function decider(
  reading: Omit<ReadContext, 'db' | 'signal' | 'take'>,
  shares: readonly Share[],
  { awaitsAuditLog = false, ofBackfill = new Set() }: DeciderOptions,
): Promise<(share: Share) => NewEvent> {
  const { crm, tenant, runStartedAt } = reading;
  const withoutAge = withoutStart(reading.rules);
  const rulesFor = (share: Share) => (ofBackfill.has(share.eventId) ? withoutAge : reading.rules);
  const open = shares.filter((share) => decideEarly(share, rulesFor(share)) === undefined);
  const records = await inStage('crm', () =>
    lookUp(crm, open, { ...lookUpOptionsOf(tenant), onFaultyRow: reading.onFaultyRecord }),
  );
  for (const error of records.refused?.values() ?? []) reading.onLookUpRefused?.(error);
  const now = crm.now();
  return (share) => {
    const rules = rulesFor(share);
    return (
      decideEarly(share, rules) ??
      decideShare(share, records, { rules, now, awaitsAuditLog, runStartedAt })
    );
  };
}

function withoutStart({ policy, ...rules }: Rules): Rules {
  const { start: _, ...others } = policy;
  return { ...rules, policy: others };
}

/** A page may repeat a share (a row that changed while it was read): the last one counts. */
function distinct(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [share.eventId, share])).values()];
}
