import { isBackfillStream } from '../../db/backfills.ts';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import { pagesByKey } from '../../db/pages-by-key.ts';
import type { Database } from '../../db/schema.ts';
import { addressPages, saveAddresses } from './address-store.ts';
import { DRIVE_STREAM } from './stream-names.ts';

const SIZE = DATABASE_LIMITS.rowsPerInsertMax;

/** Copies a tenant's Drive data, so that a dry run can write to the copy. */
export async function copyDriveData(from: Database, to: Database, tenant: string): Promise<void> {
  await copyCursors(from, to, tenant);
  await copyGrants(from, to, tenant);
  await copyEntries(from, to, tenant);
  await copyKnownItems(from, to, tenant);
  for await (const page of addressPages(from, tenant)) await saveAddresses(to, tenant, page);
}

async function copyCursors(from: Database, to: Database, tenant: string): Promise<void> {
  const cursors = from.selectFrom('cursor').selectAll().where('tenant', '=', tenant);
  for await (const page of pagesByKey(cursors, { key: ['stream'], size: SIZE })) {
    const ofDrive = page.filter(({ stream }) => isOfDrive(stream));
    if (ofDrive.length > 0) await to.insertInto('cursor').values(ofDrive).execute();
  }
}

function isOfDrive(stream: string): boolean {
  return stream.startsWith(`${DRIVE_STREAM}/`) || isBackfillStream(stream);
}

async function copyGrants(from: Database, to: Database, tenant: string): Promise<void> {
  const grants = from.selectFrom('grant').selectAll().where('tenant', '=', tenant);
  const key = ['item', 'grantee', 'generation'] as const;
  for await (const page of pagesByKey(grants, { key, size: SIZE })) {
    await to.insertInto('grant').values(page).execute();
  }
}

async function copyEntries(from: Database, to: Database, tenant: string): Promise<void> {
  const entries = from.selectFrom('activity').selectAll().where('tenant', '=', tenant);
  for await (const page of pagesByKey(entries, { key: ['lane', 'key'], size: SIZE })) {
    await to.insertInto('activity').values(page).execute();
  }
}

async function copyKnownItems(from: Database, to: Database, tenant: string): Promise<void> {
  const items = from.selectFrom('known_items').selectAll().where('tenant', '=', tenant);
  const key = ['owner', 'since', 'number'] as const;
  for await (const page of pagesByKey(items, { key, size: SIZE })) {
    await to.insertInto('known_items').values(page).execute();
  }
}
