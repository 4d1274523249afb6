import type { TenantConfig } from '../config/types.ts';
import { lookUp, type QueryBatch } from '../crm/look-up.ts';
import { readCursor } from '../db/cursors.ts';
import type { Database, Statement } from '../db/schema.ts';
import { eventIdOf } from '../event/event-id.ts';
import type { Clock } from '../lib/clock.ts';
import { SYNC_LIMITS } from '../lib/limits.ts';
import { knownStates } from '../outbox/events.ts';
import { pagesInState } from '../outbox/pages.ts';
import type { NewEvent, StoredEvent } from '../outbox/stored.ts';
import { stillAwaitsAuditLog } from '../share/policy.ts';
import type { Share } from '../share/share.ts';
import type { Source, SourcePage } from '../sources/source.ts';
import { inStage } from './failures.ts';
import { judge, judgeEarly, type Rules } from './judge.ts';

/** What became of a batch of shares; a dry run shows it, a real one commits it. */
export interface ReadBatch {
  readonly created: readonly NewEvent[];
  readonly reconsidered: readonly NewEvent[];
  /** eventIds of held events that created ones stand in place of */
  readonly replaced: readonly string[];
  readonly cursor?: { readonly stream: string; readonly position: string };
  /** what the source writes in the same transaction */
  readonly alongside?: (trx: Statement) => Promise<void>;
}

/** What a run knows of Drive when it looks at held shares of it again. */
export interface DriveKnowledge {
  /** what counts as inside */
  readonly internalDomains: readonly string[];
  /** so that nothing has to wait for it any more */
  readonly isAuditLogRead: boolean;
}

export interface Reading {
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
  const { awaitsAuditLog = false, replaces = [], alongside, position } = page;
  const known = await knownStates(reading.db, reading.tenant.tenant, ids);
  for (const eventId of replaces) known.delete(eventId);
  const created: Share[] = [];
  const reconsidered: Share[] = [];
  for (const [eventId, share] of shares) {
    const state = known.get(eventId);
    if (state === undefined) created.push(share);
    // It may have been given a related record since.
    if (state === 'held') reconsidered.push(share);
  }
  const judged = await judgeAll(reading, [...created, ...reconsidered], awaitsAuditLog);
  await reading.take({
    created: judged.slice(0, created.length),
    reconsidered: judged.slice(created.length),
    replaced: replaces,
    cursor: { stream: page.stream ?? source.stream, position },
    ...(alongside && { alongside }),
  });
}

/**
 * Looks held events up again, in pages: those whose record appeared or whose time is up move.
 * `drive` undefined: whose files count could not be found, so Drive's shares are left as they are.
 */
export async function reconsiderHeld(
  reading: Reading,
  drive: DriveKnowledge | undefined,
): Promise<void> {
  const { tenant } = reading.tenant;
  const size = SYNC_LIMITS.sharesPerBatchMax;
  for await (const held of pagesInState(reading.db, { tenant, state: 'held', size })) {
    reading.signal.throwIfAborted();
    const due = held.filter((event) => isDue(event, reading, drive));
    const rules = { ...reading.rules, ...(drive && { driveDomains: drive.internalDomains }) };
    const judged = await judgeAll(
      { ...reading, rules },
      due.map((event) => event.share),
    );
    // One that is held on for another reason has moved, too.
    const moved = judged.filter(
      ({ state, reason }, index) => state !== 'held' || reason !== due[index]?.reason,
    );
    if (moved.length === 0) continue;
    await reading.take({ created: [], reconsidered: moved, replaced: [] });
  }
}

function isDue(event: StoredEvent, reading: Reading, drive: DriveKnowledge | undefined): boolean {
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

/** In the order of the shares. One look-up for all that needs one. */
async function judgeAll(
  reading: Pick<Reading, 'rules' | 'crm' | 'clock'>,
  shares: readonly Share[],
  awaitsAuditLog = false,
): Promise<NewEvent[]> {
  const { rules, crm, clock } = reading;
  const early = shares.map((share) => judgeEarly(share, rules));
  const open = shares.filter((_, index) => early[index] === undefined);
  const records = await inStage('crm', () => lookUp(crm, open, { timezone: rules.timezone }));
  const now = clock.now();
  const context = { rules, now, awaitsAuditLog };
  return shares.map((share, index) => early[index] ?? judge(share, records, context));
}

/** A page may repeat a share (a row that moved while it was read): the last reading counts. */
function distinct(shares: readonly Share[]): Map<string, Share> {
  return new Map(shares.map((share) => [eventIdOf(share), share]));
}
