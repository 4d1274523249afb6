import type { TenantConfig } from '../config/types.ts';
import { type LookUpOptions, lookUp } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import { growYoungGeneration, optimizeHotCode } from '../lib/heap.ts';
import { readAhead } from '../lib/read-ahead.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import type { Share } from '../share/share.ts';
import type { Source } from '../sources/source.ts';
import { type ComparedPage, compareAgain, comparedPages } from './compare-pages.ts';
import { decideEarly, decideShare, isRepaired, type Rules } from './decide-share.ts';
import type { ReadBatch, ReadContext } from './reading-context.ts';
import { inStage } from './stage-errors.ts';

/** Pages that a run reads in a quiet night, such as the change logs of a small company. */
const QUIET_PAGES_MAX = 16;

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
    const { shares, awaitsAuditLog = false, ofBackfill } = page;
    const decide = await decider(reading, shares, { awaitsAuditLog, ofBackfill });
    yield { ...page, decide };
    if (stop.aborted) return;
  }
}

async function takePage(reading: ReadContext, source: Source, page: LookedUpPage): Promise<void> {
  const { created, reconsidered, alreadyHeld, rejectedLocally } = await compareAgain(reading, page);
  const decidedAgain = rejectedLocally.map(page.decide);
  const repaired = decidedAgain.filter((event) => isRepaired(event, reading.rules));
  const { replaced = [], writeInTransaction, recordsBaseline = false } = page;
  const { position, stream = source.stream, sharesRead } = page;
  await reading.take({
    sharesRead,
    created: { [Symbol.iterator]: () => created.values().map(page.decide) },
    reconsidered: [...reconsidered.map(page.decide), ...repaired],
    alreadyHeld,
    replaced,
    recordsBaseline,
    cursor: { stream, position },
    ...(writeInTransaction && { writeInTransaction }),
  });
}

/** Takes events of earlier runs with their new decisions. */
export async function takeReconsidered(
  reading: ReadContext,
  { reconsidered, alreadyHeld }: Pick<ReadBatch, 'reconsidered' | 'alreadyHeld'>,
): Promise<void> {
  if (reconsidered.length === 0) return;
  await reading.take({ created: [], reconsidered, alreadyHeld, replaced: [], sharesRead: 0 });
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
