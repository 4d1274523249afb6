import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease, type LeaseKey } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';

/** A real SQLite file in a folder of its own; removed when the test ends. */
export interface TestFile {
  readonly folder: string;
  readonly file: string;
  /** the `database` setting of the file */
  readonly setting: string;
  /** Opens another connection, closed when the test ends. */
  open(access?: 'write' | 'read'): Database;
}

/** Works only inside a test. The file does not exist until the first connection is opened. */
export function testFile(): TestFile {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-test-'));
  const file = join(folder, 'sharetrail.db');
  const setting = `sqlite:${file}`;
  const opened: Database[] = [];
  onTestFinished(async () => {
    await Promise.all(opened.map((db) => db.destroy()));
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    file,
    setting,
    open: (access = 'write') => {
      const db = openDatabase({ database: setting, access });
      opened.push(db);
      return db;
    },
  };
}

/** A file with the newest schema, and a connection to it. */
export async function testDatabase(): Promise<TestFile & { readonly db: Database }> {
  const file = testFile();
  const db = file.open();
  await migrate(db);
  return { ...file, db };
}

/** Takes the lease of `acme` for this process. */
export async function heldLease(db: Database, now: number): Promise<LeaseKey> {
  const lease = { name: 'tenant acme', holder: formatHolder(thisProcess()) };
  if (!(await acquireLease(db, lease, now))) throw new Error('another holder has the lease');
  return lease;
}
