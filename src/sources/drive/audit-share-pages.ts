import { readCursor } from '../../db/cursors.ts';
import type { SourcePage } from '../source.ts';
import { entriesAfter, forgetHandled, markHandled, type Staging } from './activity-store.ts';
import { type Act, OpenActs } from './audit-acts.ts';
import { AUDIT_EVENT_NAMES, type AuditEntry } from './audit-entry.ts';
import type { AuditPartition } from './audit-partition.ts';
import type { DriveRecord } from './drive-record.ts';
import { loadGrants, saveGrants } from './grant-store.ts';
import type { ItemReader, KnownItem } from './item-reader.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { outsiderOf } from './outsiders.ts';
import { readAuditPosition } from './positions.ts';
import type { Scope } from './scope.ts';
import { loggedGrantOf, sharesFromAudit } from './shares-from-audit.ts';

export interface ActReading {
  readonly record: DriveRecord;
  readonly scope: Scope;
  readonly items: ItemReader;
  /** True where the grantee still counted as inside at that moment (epoch milliseconds). */
  readonly wasInside: (entry: AuditEntry) => boolean;
  readonly lane: AuditPartition;
  /** what is told beside it (epoch milliseconds) is not taken account of; absent: all is */
  readonly window?: { readonly since: number; readonly until: number };
}

/**
 * Forms acts of what the audit log told, in the order of time, and compares them with the record.
 * An act that is not certainly complete waits for the next run, and so does all that belongs to it.
 */
export async function* actPages(reading: ActReading): AsyncGenerator<SourcePage> {
  const { db } = reading.record;
  const staging = stagingOf(reading);
  const bound = await readUpTo(reading);
  const open = new OpenActs();
  let after: AuditEntry | undefined;
  for (;;) {
    const limit = DRIVE_LIMITS.entriesPerPageMax;
    const entries = await entriesAfter(db, { ...staging, after, before: bound, limit });
    const isLast = entries.length === 0;
    const grants = entries.filter(({ change }) => change === 'grant');
    const acts = grants.flatMap((entry) => open.add(entry));
    if (isLast) acts.push(...open.closeBefore(bound));
    const others = entries.filter(({ change }) => change !== 'grant');
    if (acts.length + others.length > 0 || isLast) {
      yield await actPage(reading, { acts, others, bound, isLast });
    }
    if (isLast) return;
    after = entries.at(-1);
  }
}

interface ActWork {
  readonly acts: readonly Act[];
  readonly others: readonly AuditEntry[];
  readonly bound: number;
  readonly isLast: boolean;
}

async function actPage(reading: ActReading, work: ActWork): Promise<SourcePage> {
  const { record, scope, lane } = reading;
  const { db, tenant } = record;
  const { bound, isLast } = work;
  const done = [...work.others, ...work.acts.flatMap((act) => act.entries)];
  const acts = work.acts.filter(({ entries: [first] }) => isInWindow(first, reading));
  const others = work.others.filter((entry) => isInWindow(entry, reading));
  const entries = [...others, ...acts.flatMap((act) => act.entries)];
  const book = await loadGrants(
    db,
    tenant,
    entries.map(({ itemId }) => itemId),
  );
  const awaiting = await record.awaitingAuditLog(book.eventIds);
  const items = await itemsOf(reading, acts, (entry) =>
    book.line(entry.itemId, entry.grant.key).includes(loggedGrantOf(entry)),
  );
  const outcome = sharesFromAudit(
    { acts, others },
    {
      book,
      awaiting,
      itemOf: (itemId) => items.get(itemId),
      nameOf: (email) => scope.nameOf(email),
      isOutside: ({ grant }) => grant.email === undefined || isOutside(grant.email, scope),
      wasInside: reading.wasInside,
    },
  );
  const { changed } = book;
  return {
    shares: outcome.shares,
    replaces: outcome.replaced,
    stream: `${lane.prefix}/acts`,
    position: JSON.stringify({ until: new Date(bound).toISOString() }),
    alongside: async (trx) => {
      await saveGrants(trx, tenant, changed);
      const staging = stagingOf(reading);
      await markHandled(
        trx,
        staging,
        done.map(({ key }) => key),
      );
      if (!isLast) return;
      await forgetHandled(trx, { ...staging, before: bound - DRIVE_LIMITS.entriesKeptMs });
    },
  };
}

function stagingOf({ record, lane }: ActReading): Staging {
  return { tenant: record.tenant, lane: lane.name };
}

/** An act is of the window in which it begins. */
function isInWindow({ at }: AuditEntry, { window }: ActReading): boolean {
  return window === undefined || (at >= window.since && at < window.until);
}

/** What Google knows of the items whose acts are not on record yet. */
async function itemsOf(
  reading: ActReading,
  acts: readonly Act[],
  isKnown: (entry: AuditEntry) => boolean,
): Promise<Map<string, KnownItem>> {
  const latest = new Map<string, AuditEntry>();
  for (const { entries } of acts) {
    for (const entry of entries) if (!isKnown(entry)) latest.set(entry.itemId, entry);
  }
  return reading.items.read([...latest.values()]);
}

function isOutside(email: string, { domains }: Scope): boolean {
  return outsiderOf({ kind: 'user', email }, domains) !== undefined;
}

/** Up to where every kind of entry is read: epoch milliseconds. */
async function readUpTo({ record, lane }: ActReading): Promise<number> {
  const { db, tenant } = record;
  const untils: number[] = [];
  for (const eventName of AUDIT_EVENT_NAMES) {
    const kept = await readCursor(db, { tenant, stream: `${lane.prefix}/audit-log/${eventName}` });
    untils.push((kept === undefined ? undefined : readAuditPosition(kept).until) ?? 0);
  }
  return Math.min(...untils);
}
