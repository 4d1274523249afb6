import { isBackfillStream } from '../../db/backfills.ts';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { Database } from '../../db/schema.ts';
import { addressPages, saveAddresses } from './address-store.ts';
import { DRIVE_STREAM } from './stream-names.ts';

/** Copies a tenant's Drive data, so that a dry run can write to the copy. */
export async function copyDriveData(from: Database, to: Database, tenant: string): Promise<void> {
  await copyCursors(from, to, tenant);
  await copyGrants(from, to, tenant);
  await copyEntries(from, to, tenant);
  await copyKnownItems(from, to, tenant);
  for await (const page of addressPages(from, tenant)) await saveAddresses(to, tenant, page);
}

async function copyCursors(from: Database, to: Database, tenant: string): Promise<void> {
  const rows = await from.selectFrom('cursor').selectAll().where('tenant', '=', tenant).execute();
  for (const row of rows) {
    const isOfDrive = row.stream.startsWith(`${DRIVE_STREAM}/`) || isBackfillStream(row.stream);
    if (isOfDrive) await to.insertInto('cursor').values(row).execute();
  }
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

async function copyEntries(from: Database, to: Database, tenant: string): Promise<void> {
  let after = { lane: '', key: '' };
  for (;;) {
    const { lane: partition, key } = after;
    const rows = await from
      .selectFrom('activity')
      .selectAll()
      .where('tenant', '=', tenant)
      .where(({ eb, refTuple, tuple }) => eb(refTuple('lane', 'key'), '>', tuple(partition, key)))
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

async function copyKnownItems(from: Database, to: Database, tenant: string): Promise<void> {
  let after = { owner: '', since: 0, number: 0 };
  for (;;) {
    const { owner, since, number } = after;
    const rows = await from
      .selectFrom('known_items')
      .selectAll()
      .where('tenant', '=', tenant)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('owner', 'since', 'number'), '>', tuple(owner, since, number)),
      )
      .orderBy('owner')
      .orderBy('since')
      .orderBy('number')
      .limit(DATABASE_LIMITS.rowsPerInsertMax)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    await to.insertInto('known_items').values(rows).execute();
    after = last;
  }
}
