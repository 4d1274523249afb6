import type { TenantConfig } from '../config/types.ts';
import { type LookUpOptions, lookUp, type QueryBatch } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import type { Database, Statement } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { growYoungGeneration } from '../lib/heap.ts';
import { readAhead } from '../lib/read-ahead.ts';
import { type NewEvent, PRIORITY, type StoredEvent } from '../outbox/event-types.ts';
import { type KnownEvent, knownEvents } from '../outbox/events.ts';
import { pagesInState } from '../outbox/paginate.ts';
import { stillAwaitsAuditLog } from '../share/policy.ts';
import type { Share, SourceName } from '../share/share.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import { decideEarly, decideShare, type Rules } from './decide.ts';
import { inStage } from './stage-errors.ts';

/** What became of a batch of shares; a dry run shows it, a real one commits it. */
export interface ReadBatch {
  /** gone through once: each is judged as it is taken */
  readonly created: Iterable<NewEvent>;
  readonly reconsidered: readonly NewEvent[];
  /** eventIds of held events that created ones stand in place of */
  readonly replaced: readonly string[];
  readonly cursor?: { readonly stream: string; readonly position: string };
  /** shares that the batch stands for, those that are on record already included */
  readonly sharesRead: number;
  /** what the source writes in the same transaction */
  readonly writeInTransaction?: (trx: Statement) => Promise<void>;
}

/** What a run knows of Drive when it looks at held shares of it again. */
export interface DriveKnowledge {
  /** what counts as inside */
  readonly internalDomains: readonly string[];
  /** so that nothing has to wait for it any more */
  readonly isAuditLogRead: boolean;
}

export interface ReadContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: TenantConfig;
  readonly rules: Rules;
  /** epoch milliseconds */
  readonly runStartedAt: number;
  readonly crm: QueryBatch;
  readonly signal: AbortSignal;
  readonly take: (batch: ReadBatch) => Promise<void>;
}

/**
 * Reads what is new in a source, page by page: fetch, look up, judge, hand over. While a page is
 * judged and written, the next one is looked up and the one after that fetched, unless a page builds
 * on what is written.
 */
export async function readSource(reading: ReadContext, source: Source): Promise<void> {
  growYoungGeneration();
  const { db, tenant, signal } = reading;
  const position = await readCursor(db, { tenant: tenant.tenant, stream: source.stream });
  const open = (stop: AbortSignal) => lookedUpPages(reading, { source, position, stop });
  for await (const page of source.allowsReadAhead ? readAhead(open) : open(signal)) {
    signal.throwIfAborted();
    await takePage(reading, source, page);
  }
}

/** A page's shares that may need judging, and how to judge them. */
interface LookedUpPage extends SourcePage {
  /** those of the page, before what is settled was left out */
  readonly sharesRead: number;
  readonly judgeOne: (share: Share) => NewEvent;
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
  const pages = pagesOf(source, from.position);
  try {
    while (!stop.aborted) {
      const { done, value: page } = await inStage(source.name, () => pages.next());
      if (done) return;
      const whole = { ...page, shares: distinct(page.shares) };
      const { created, reconsidered, ofHistory } = await unsettled(reading, whole);
      const shares = [...created, ...reconsidered];
      const { awaitsAuditLog = false } = page;
      const judgeOne = await lookUpAll(reading, shares, { awaitsAuditLog, ofHistory });
      yield { ...page, shares, sharesRead: page.shares.length, judgeOne };
    }
  } finally {
    await pages.return?.();
  }
}

/** While a page is looked up, the one after it is already on its way. */
function pagesOf(source: Source, position: string | undefined): AsyncIterator<SourcePage> {
  const pull = async function* () {
    yield* source.pull(position);
  };
  return source.allowsReadAhead ? readAhead(pull) : pull();
}

/** What is on record is asked again: the page before may have written a share that came twice. */
async function takePage(reading: ReadContext, source: Source, page: LookedUpPage): Promise<void> {
  const { created, reconsidered } = await unsettled(reading, page);
  const { replaced = [], writeInTransaction, position, stream = source.stream, sharesRead } = page;
  await reading.take({
    sharesRead,
    created: created.values().map(page.judgeOne),
    reconsidered: reconsidered.map(page.judgeOne),
    replaced,
    cursor: { stream, position },
    ...(writeInTransaction && { writeInTransaction }),
  });
}

/** The shares without a row, and those whose event may become another one. */
async function unsettled(
  reading: ReadContext,
  { shares, replaced = [] }: Pick<SourcePage, 'shares' | 'replaced'>,
) {
  const eventIds = shares.map(({ eventId }) => eventId);
  const known = await knownEvents(reading.db, reading.tenant.tenant, eventIds);
  for (const eventId of replaced) known.delete(eventId);
  const eventOf = (share: Share) => known.get(share.eventId);
  const ofHistory = [...known].filter(([, { priority }]) => priority === PRIORITY.backfill);
  return {
    created: shares.filter((share) => eventOf(share) === undefined),
    reconsidered: shares.filter((share) => isOpen(share, eventOf(share), reading.rules)),
    ofHistory: new Set(ofHistory.map(([eventId]) => eventId)),
  };
}

/** A held share may have been given a related record since; a skipped one its link, or a new start. */
function isOpen(share: Share, event: KnownEvent | undefined, rules: Rules): boolean {
  if (event?.state === 'held') return true;
  if (event?.state !== 'skipped') return false;
  if (event.reason === 'no-url') return share.content.url !== undefined;
  return event.reason === 'before-start' && decideEarly(share, rules)?.reason !== 'before-start';
}

/**
 * Looks held events up again, in pages: those whose record appeared or whose time is up move.
 * `drive` undefined: whose files count could not be found, so Drive's shares are left as they are.
 */
export async function reconsiderHeld(
  reading: ReadContext,
  drive: DriveKnowledge | undefined,
): Promise<void> {
  const { tenant } = reading.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const rules = { ...reading.rules, ...(drive && { driveDomains: drive.internalDomains }) };
  for await (const held of pagesInState(reading.db, { tenant, state: 'held', size })) {
    reading.signal.throwIfAborted();
    const due = held.filter((event) => isDue(event, reading, drive));
    const shares = due.map((event) => event.share);
    const history = due.filter(({ priority }) => priority === PRIORITY.backfill);
    const ofHistory = new Set(history.map(({ eventId }) => eventId));
    const judged = shares.map(await lookUpAll({ ...reading, rules }, shares, { ofHistory }));
    // One that is held on for another reason has moved, too.
    const moved = judged.filter(
      ({ state, reason }, index) => state !== 'held' || reason !== due[index]?.reason,
    );
    await takeMoved(reading, moved);
  }
}

/**
 * Judges again, in pages, what a sync passed over because it was older than the start: a window of
 * history asks for it.
 */
export async function reopenBeforeStart(
  reading: ReadContext,
  window: {
    readonly source: SourceName;
    /** epoch milliseconds, inclusive and exclusive */
    readonly since: number;
    readonly until?: number;
  },
): Promise<void> {
  const { tenant } = reading.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const skipped = { tenant, state: 'skipped', reason: 'before-start', size, ...window } as const;
  for await (const events of pagesInState(reading.db, skipped)) {
    reading.signal.throwIfAborted();
    // Of one that retention has erased nothing is left to judge; its source brings it back whole.
    const whole = events.filter(({ erasedAt }) => erasedAt === undefined);
    const shares = whole.map((event) => event.share);
    await takeMoved(reading, shares.map(await lookUpAll(reading, shares, {})));
  }
}

async function takeMoved(reading: ReadContext, moved: readonly NewEvent[]): Promise<void> {
  if (moved.length === 0) return;
  await reading.take({ created: [], reconsidered: moved, replaced: [], sharesRead: 0 });
}

function isDue(
  event: StoredEvent,
  reading: ReadContext,
  drive: DriveKnowledge | undefined,
): boolean {
  if (event.source !== 'google-drive') return true;
  if (drive === undefined) return false;
  return (
    event.reason !== 'audit-log' ||
    !stillAwaitsAuditLog({
      notBefore: event.notBefore ?? 0,
      runStartedAt: reading.runStartedAt,
      auditLogRead: drive.isAuditLogRead,
      now: reading.clock.now(),
    })
  );
}

export function lookUpOptionsOf({ timezone, crm }: TenantConfig): LookUpOptions {
  return { timezone, matchAccountByDomain: crm.matchAccountByDomain };
}

interface JudgeOptions {
  readonly awaitsAuditLog?: boolean;
  /** eventIds of what history brought in: it was asked for, so it is not too old for a sync either */
  readonly ofHistory?: ReadonlySet<string>;
}

/** One look-up for all shares that need one; then each can be judged by itself. */
async function lookUpAll(
  reading: Pick<ReadContext, 'rules' | 'crm' | 'clock' | 'tenant' | 'runStartedAt'>,
  shares: readonly Share[],
  { awaitsAuditLog = false, ofHistory = new Set() }: JudgeOptions,
): Promise<(share: Share) => NewEvent> {
  const { crm, clock, tenant, runStartedAt } = reading;
  const always = withoutStart(reading.rules);
  const rulesFor = (share: Share) => (ofHistory.has(share.eventId) ? always : reading.rules);
  const open = shares.filter((share) => decideEarly(share, rulesFor(share)) === undefined);
  const records = await inStage('crm', () => lookUp(crm, open, lookUpOptionsOf(tenant)));
  const now = clock.now();
  return (share) => {
    const rules = rulesFor(share);
    return (
      decideEarly(share, rules) ??
      decideShare(share, records, { rules, now, awaitsAuditLog, runStartedAt })
    );
  };
}

function withoutStart({ policy, ...rules }: Rules): Rules {
  const { start: _start, ...others } = policy;
  return { ...rules, policy: others };
}

/** A page may repeat a share (a row that moved while it was read): the last reading counts. */
function distinct(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [share.eventId, share])).values()];
}
