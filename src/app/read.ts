import type { TenantConfig } from '../config/types.ts';
import { lookUp, type QueryBatch } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import type { Database } from '../db/schema.ts';
import { eventIdOf } from '../event/event-id.ts';
import type { Clock } from '../lib/clock.ts';
import { SYNC_LIMITS } from '../lib/limits.ts';
import { knownStates } from '../outbox/events.ts';
import { pagesInState } from '../outbox/pages.ts';
import type { NewEvent } from '../outbox/stored.ts';
import type { Share } from '../share/share.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import { inStage } from './failures.ts';
import { judge, judgeEarly, type Rules } from './judge.ts';

/** What became of a batch of shares; a dry run shows it, a real one commits it. */
export interface ReadBatch {
  readonly created: readonly NewEvent[];
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

/** Reads what is new in a source, page by page: fetch, look up, judge, hand over. */
export async function readSource(reading: Reading, source: Source): Promise<void> {
  const { db, tenant, signal } = reading;
  const position = await readCursor(db, { tenant: tenant.tenant, stream: source.stream });
  const pages = source.pull(position)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await inStage(source.name, () => pages.next());
      if (page.done) return;
      signal.throwIfAborted();
      await readPage(reading, source, page.value);
    }
  } finally {
    await pages.return?.();
  }
}

async function readPage(reading: Reading, source: Source, page: SourcePage): Promise<void> {
  const shares = distinct(page.shares);
  const ids = [...shares.keys()];
  const known = await knownStates(reading.db, reading.tenant.tenant, ids);
  const created: Share[] = [];
  const reconsidered: Share[] = [];
  for (const [eventId, share] of shares) {
    const state = known.get(eventId);
    if (state === undefined) created.push(share);
    // It may have been given a related record since.
    if (state === 'held') reconsidered.push(share);
  }
  const judged = await judgeAll(reading, [...created, ...reconsidered]);
  await reading.take({
    created: judged.slice(0, created.length),
    reconsidered: judged.slice(created.length),
    cursor: { stream: source.stream, position: page.position },
  });
}

/** Looks held events up again, in pages: those whose record appeared or whose time is up move. */
export async function reconsiderHeld(reading: Reading): Promise<void> {
  const { tenant } = reading.tenant;
  const size = SYNC_LIMITS.sharesPerBatchMax;
  for await (const held of pagesInState(reading.db, { tenant, state: 'held', size })) {
    reading.signal.throwIfAborted();
    const judged = await judgeAll(
      reading,
      held.map((event) => event.share),
    );
    const moved = judged.filter((event) => event.state !== 'held');
    if (moved.length > 0) await reading.take({ created: [], reconsidered: moved });
  }
}

/** In the order of the shares. One look-up for all that needs one. */
async function judgeAll(reading: Reading, shares: readonly Share[]): Promise<NewEvent[]> {
  const { rules, crm, clock } = reading;
  const early = shares.map((share) => judgeEarly(share, rules));
  const open = shares.filter((_, index) => early[index] === undefined);
  const records = await inStage('crm', () => lookUp(crm, open, { timezone: rules.timezone }));
  const now = clock.now();
  return shares.map((share, index) => early[index] ?? judge(share, records, { rules, now }));
}

/** A page may repeat a share (a row that moved while it was read): the last reading counts. */
function distinct(shares: readonly Share[]): Map<string, Share> {
  return new Map(shares.map((share) => [eventIdOf(share), share]));
}
