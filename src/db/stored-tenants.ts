import type { Database } from './schema.ts';

/** The tenants with data, including those that are no longer configured. */
export async function storedTenants(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('event')
    .select('tenant')
    .union(db.selectFrom('run').select('tenant'))
    .union(db.selectFrom('cursor').select('tenant'))
    .union(db.selectFrom('grant').select('tenant'))
    .union(db.selectFrom('activity').select('tenant'))
    .union(db.selectFrom('set_aside').select('tenant'))
    .union(db.selectFrom('drive_address').select('tenant'))
    .execute();
  return rows.map(({ tenant }) => tenant).sort();
}
