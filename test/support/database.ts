import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease, type LeaseKey } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type OpenOptions, openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import type { Clock } from '../../src/lib/clock.ts';

/** A real SQLite file in a folder of its own; removed when the test ends. */
export interface TestFile {
  readonly folder: string;
  readonly file: string;
  /** the `database` setting of the file */
  readonly setting: string;
  /** Opens another connection, closed when the test ends. */
  open(access?: 'write' | 'read'): Database;
  /** Opens another connection, which waits for locks of other processes only by this clock. */
  openWaiting(clock: Clock): Promise<Database>;
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
  const open = (options: Omit<OpenOptions, 'database'>) => {
    const db = openDatabase({ database: setting, ...options });
    opened.push(db);
    return db;
  };
  return {
    folder,
    file,
    setting,
    open: (access = 'write') => open({ access }),
    openWaiting: async (clock) => {
      const db = open({ access: 'write', clock });
      await sql`pragma busy_timeout = 0`.execute(db);
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

/** Gives every lease to another process as soon as a row is inserted into `table`. */
export async function stealLeaseAt(db: Database, table: string): Promise<void> {
  await sql`
    create trigger steal_lease after insert on ${sql.table(table)}
    begin update lease set holder = 'another process'; end
  `.execute(db);
}
