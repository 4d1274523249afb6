import { writeCursor } from '../db/cursors.ts';
import { migrate } from '../db/migrate.ts';
import { openMemoryDatabase } from '../db/open.ts';
import type { Database } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { copyDriveData } from '../sources/drive/copy-for-dry-run.ts';
import type { ReadBatch } from './reading-context.ts';

/**
 * A copy in memory of what is stored about a tenant's Drive, made when it is first needed. Each step
 * of reading Drive builds on what the previous one wrote; a dry run writes it here.
 */
export class DryRunDatabase {
  readonly #from: Database;
  readonly #tenant: string;
  #copy: Promise<Database> | undefined;

  constructor(from: Database, tenant: string) {
    this.#from = from;
    this.#tenant = tenant;
  }

  open(): Promise<Database> {
    this.#copy ??= copyOf(this.#from, this.#tenant);
    return this.#copy;
  }

  /** Writes what a real run would write with the batch's events, if Drive is being read. */
  async keep({ writeInTransaction, cursor }: ReadBatch): Promise<void> {
    const db = await this.#copy;
    if (db === undefined) return;
    await inTransaction(db, async (trx) => {
      await writeInTransaction?.(trx);
      if (cursor) await writeCursor(trx, { tenant: this.#tenant, updatedAt: 0, ...cursor });
    });
  }

  async close(): Promise<void> {
    const db = await this.#copy;
    await db?.destroy();
  }
}

async function copyOf(from: Database, tenant: string): Promise<Database> {
  const db = openMemoryDatabase();
  await migrate(db);
  await copyDriveData(from, db, tenant);
  return db;
}
