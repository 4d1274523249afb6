import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { Statement } from '../../db/schema.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { AuditEntry } from './audit-entry.ts';

/** Whose entries they are: every night's, or those of one window of history. */
export interface Staging {
  readonly tenant: string;
  /** a lane's name */
  readonly lane: string;
}

/** Keeps entries until their acts are formed; one that is there already stays as it is. */
export async function stageEntries(
  trx: Statement,
  { tenant, lane }: Staging,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (const chunk of chunksOf(entries, DATABASE_LIMITS.rowsPerInsertMax)) {
    await trx
      .insertInto('activity')
      .values(
        chunk.map((entry) => ({
          tenant,
          lane,
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

/** The next entries, in the order of time, that no act was formed of yet. */
export async function entriesAfter(
  db: Statement,
  query: Staging & {
    readonly after: AuditEntry | undefined;
    /** epoch milliseconds, exclusive */
    readonly before: number;
    readonly limit: number;
  },
): Promise<AuditEntry[]> {
  const { after } = query;
  const rows = await db
    .selectFrom('activity')
    .select('payload')
    .where('tenant', '=', query.tenant)
    .where('lane', '=', query.lane)
    .where('handled', '=', 0)
    .where('at', '<', query.before)
    .$if(after !== undefined, (select) =>
      select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('at', 'key'), '>', tuple(after?.at ?? 0, after?.key ?? '')),
      ),
    )
    .orderBy('at')
    .orderBy('key')
    .limit(query.limit)
    .execute();
  // Written by `stageEntries` alone, so the shape is taken as given.
  return rows.map(({ payload }) => JSON.parse(payload) as AuditEntry);
}

export async function markHandled(
  trx: Statement,
  { tenant, lane }: Staging,
  keys: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(keys, DATABASE_LIMITS.idsPerQueryMax)) {
    await trx
      .updateTable('activity')
      .set({ handled: 1 })
      .where('tenant', '=', tenant)
      .where('lane', '=', lane)
      .where('key', 'in', chunk)
      .execute();
  }
}

/** Forgets handled entries that no reading brings again. */
export async function forgetHandled(
  trx: Statement,
  old: Staging & { readonly before: number },
): Promise<void> {
  await trx
    .deleteFrom('activity')
    .where('tenant', '=', old.tenant)
    .where('lane', '=', old.lane)
    .where('handled', '=', 1)
    .where('at', '<', old.before)
    .execute();
}
