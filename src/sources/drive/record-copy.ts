import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { Database } from '../../db/schema.ts';

/** Copies what is known of a tenant's Drive, so that a dry run can write into the copy. */
export async function copyRecord(from: Database, to: Database, tenant: string): Promise<void> {
  await copyCursors(from, to, tenant);
  await copyGrants(from, to, tenant);
  await copyActivities(from, to, tenant);
}

async function copyCursors(from: Database, to: Database, tenant: string): Promise<void> {
  const rows = await from
    .selectFrom('cursor')
    .selectAll()
    .where('tenant', '=', tenant)
    .where((where) =>
      where.or([where('stream', 'like', 'drive/%'), where('stream', 'like', 'backfill/%')]),
    )
    .execute();
  for (const row of rows) await to.insertInto('cursor').values(row).execute();
}

async function copyGrants(from: Database, to: Database, tenant: string): Promise<void> {
  let after = { item: '', grantee: '', generation: 0 };
  for (;;) {
    const { item, grantee, generation } = after;
    const rows = await from
      .selectFrom('grant')
      .selectAll()
      .where('tenant', '=', tenant)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('item', 'grantee', 'generation'), '>', tuple(item, grantee, generation)),
      )
      .orderBy('item')
      .orderBy('grantee')
      .orderBy('generation')
      .limit(DATABASE_LIMITS.rowsPerInsertMax)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    await to.insertInto('grant').values(rows).execute();
    after = last;
  }
}

async function copyActivities(from: Database, to: Database, tenant: string): Promise<void> {
  let after = { lane: '', key: '' };
  for (;;) {
    const { lane, key } = after;
    const rows = await from
      .selectFrom('activity')
      .selectAll()
      .where('tenant', '=', tenant)
      .where(({ eb, refTuple, tuple }) => eb(refTuple('lane', 'key'), '>', tuple(lane, key)))
      .orderBy('lane')
      .orderBy('key')
      .limit(DATABASE_LIMITS.rowsPerInsertMax)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    await to.insertInto('activity').values(rows).execute();
    after = last;
  }
}
