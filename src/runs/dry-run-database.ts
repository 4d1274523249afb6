import { writeCursor } from '../db/cursors.ts';
import { migrate } from '../db/migrate.ts';
import { openMemoryDatabase } from '../db/open.ts';
import type { Database } from '../db/schema.ts';
import { copyDriveData } from '../sources/drive/copy-for-dry-run.ts';
import type { ReadBatch } from './read-source.ts';

/**
 * A copy in memory of what is known of a tenant's Drive. Drive is read in steps that build on what
 * the step before wrote; a dry run lets them write here.
 */
export interface DryRunDatabase {
  readonly db: Database;
  /** Writes what a batch of Drive would write beside its events. */
  keep(batch: ReadBatch): Promise<void>;
  close(): Promise<void>;
}

export async function openDryRunDatabase(from: Database, tenant: string): Promise<DryRunDatabase> {
  const db = openMemoryDatabase();
  await migrate(db);
  await copyDriveData(from, db, tenant);
  return {
    db,
    keep: async ({ writeInTransaction, cursor }) => {
      await db.transaction().execute(async (trx) => {
        await writeInTransaction?.(trx);
        if (cursor) await writeCursor(trx, { tenant, updatedAt: 0, ...cursor });
      });
    },
    close: () => db.destroy(),
  };
}
