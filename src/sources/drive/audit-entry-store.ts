import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { Statement } from '../../db/schema.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { AuditEntry } from './audit-entry.ts';

/** Selects the staged entries of one tenant's audit partition. */
export interface PartitionKey {
  readonly tenant: string;
  /** the partition's name; column `lane` */
  readonly partition: string;
}

/** Stores entries until their share actions are formed. An entry that is already there is kept. */
export async function stageEntries(
  trx: Statement,
  { tenant, partition }: PartitionKey,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (const chunk of chunksOf(entries, DATABASE_LIMITS.rowsPerInsertMax)) {
    await trx
      .insertInto('activity')
      .values(
        chunk.map((entry) => ({
          tenant,
          lane: partition,
          key: entry.key,
          at: entry.at,
          item: entry.itemId,
          actor: entry.actor,
          payload: JSON.stringify(entry),
          handled: 0,
        })),
      )
      .onConflict((conflict) => conflict.columns(['tenant', 'lane', 'key']).doNothing())
      .execute();
  }
}

export interface StagedEntry {
  readonly entry: AuditEntry;
  readonly isHandled: boolean;
}

interface EntriesQuery extends PartitionKey {
  readonly after: AuditEntry | undefined;
  /** epoch milliseconds, exclusive */
  readonly before: number;
  readonly limit: number;
}

/** The next entries in chronological order. */
export async function stagedEntriesAfter(
  db: Statement,
  { include, ...query }: EntriesQuery & { readonly include: 'all' | 'unhandled' },
): Promise<StagedEntry[]> {
  const unhandled = await entriesAfter(db, query, 0);
  if (include === 'unhandled') return unhandled;
  // The index orders the handled entries and the others by time separately.
  const handled = await entriesAfter(db, query, 1);
  return [...unhandled, ...handled]
    .sort(({ entry: one }, { entry: other }) => compareTimes(one, other))
    .slice(0, query.limit);
}

/** The order of entries: by time, then by key. */
export function compareTimes(one: AuditEntry, other: AuditEntry): number {
  return one.at - other.at || (one.key < other.key ? -1 : 1);
}

async function entriesAfter(
  db: Statement,
  { tenant, partition, after, before, limit }: EntriesQuery,
  handled: 0 | 1,
): Promise<StagedEntry[]> {
  const rows = await db
    .selectFrom('activity')
    .select('payload')
    .where('tenant', '=', tenant)
    .where('lane', '=', partition)
    .where('handled', '=', handled)
    .where('at', '<', before)
    .$if(after !== undefined, (select) =>
      select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('at', 'key'), '>', tuple(after?.at ?? 0, after?.key ?? '')),
      ),
    )
    .orderBy('at')
    .orderBy('key')
    .limit(limit)
    .execute();
  // Only `stageEntries` writes payloads, so their shape is not checked.
  return rows.map(({ payload }) => ({
    entry: JSON.parse(payload) as AuditEntry,
    isHandled: handled === 1,
  }));
}

/** The handled entries about the items between two times (epoch milliseconds, inclusive). */
export async function handledEntriesBetween(
  db: Statement,
  { tenant, partition }: PartitionKey,
  range: { readonly itemIds: readonly string[]; readonly from: number; readonly until: number },
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (const chunk of chunksOf(range.itemIds, DATABASE_LIMITS.idsPerQueryMax)) {
    const rows = await db
      .selectFrom('activity')
      .select('payload')
      .where('tenant', '=', tenant)
      .where('lane', '=', partition)
      .where('handled', '=', 1)
      .where('at', '>=', range.from)
      .where('at', '<=', range.until)
      .where('item', 'in', chunk)
      .execute();
    entries.push(...rows.map(({ payload }) => JSON.parse(payload) as AuditEntry));
  }
  return entries;
}

export async function markHandled(
  trx: Statement,
  { tenant, partition }: PartitionKey,
  keys: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(keys, DATABASE_LIMITS.idsPerQueryMax)) {
    await trx
      .updateTable('activity')
      .set({ handled: 1 })
      .where('tenant', '=', tenant)
      .where('lane', '=', partition)
      .where('key', 'in', chunk)
      .execute();
  }
}

/** Deletes handled entries from before `before` (epoch milliseconds): no run rereads them. */
export async function deleteHandled(
  trx: Statement,
  old: PartitionKey & { readonly before: number },
): Promise<void> {
  await trx
    .deleteFrom('activity')
    .where('tenant', '=', old.tenant)
    .where('lane', '=', old.partition)
    .where('handled', '=', 1)
    .where('at', '<', old.before)
    .execute();
}
