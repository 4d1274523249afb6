import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { inject, onTestFinished } from 'vitest';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease, type LeaseKey } from '../../src/db/leases.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type OpenOptions, openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createDatabase } from './postgres/databases.ts';
import type { PostgresServer } from './postgres/server.ts';

/** False in the project `postgres`. For what only a file can suffer. */
export const ON_SQLITE = providedServer() === undefined;

/**
 * The server of the project; undefined: its tests use SQLite. Outside of Vitest, as in
 * `npm run torture`, `inject` throws: nothing is provided there.
 */
export function providedServer(): PostgresServer | undefined {
  try {
    return inject('postgres');
  } catch {
    return undefined;
  }
}

/** A database of its own for one test. */
export interface TestDatabase {
  /** removed when the test ends */
  readonly folder: string;
  /** the `database` setting */
  readonly setting: string;
  /** Opens another connection, closed when the test ends. */
  open(access?: 'write' | 'read'): Database;
  /** Opens another connection, which waits for locks of other processes only by this clock. */
  openWaiting(clock: Clock): Promise<Database>;
}

/** A real SQLite file in a folder of its own; removed when the test ends. */
export interface TestFile extends TestDatabase {
  readonly file: string;
}

/** Works only inside a test. The file does not exist until the first connection is opened. */
export function testFile(): TestFile {
  const folder = testFolder();
  const file = join(folder, 'sharetrail.db');
  return { ...connections(folder, `sqlite:${file}`), file };
}

/** An SQLite file with the newest schema, and a connection to it. */
export async function migratedFile(): Promise<TestFile & { readonly db: Database }> {
  const file = testFile();
  const db = file.open();
  await migrate(db);
  return { ...file, db };
}

/** An SQLite file, or a database of the server, with the newest schema or none. */
export async function emptyDatabase(
  content: 'empty' | 'migrated' = 'empty',
): Promise<TestDatabase> {
  if (ON_SQLITE) return testFile();
  const folder = testFolder();
  const { database, drop } = await newDatabase(folder, providedServer(), content);
  onTestFinished(drop);
  return connections(folder, database);
}

/** A database with the newest schema, and a connection to it. */
export async function testDatabase(): Promise<TestDatabase & { readonly db: Database }> {
  const database = await emptyDatabase('migrated');
  const db = database.open();
  if (ON_SQLITE) await migrate(db);
  return { ...database, db };
}

/** The `database` setting of a new database: of the server, or without one, a file in the folder. */
export async function newDatabase(
  folder: string,
  server: PostgresServer | undefined,
  content: 'empty' | 'migrated' = 'empty',
): Promise<{ readonly database: string; readonly drop: () => Promise<void> }> {
  if (server === undefined) {
    // Removed with the folder.
    return { database: `sqlite:${join(folder, 'sharetrail.db')}`, drop: async () => {} };
  }
  const { url, drop } = await createDatabase(server, content);
  return { database: url, drop };
}

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function connections(folder: string, setting: string): TestDatabase {
  const opened: Database[] = [];
  onTestFinished(async () => {
    await Promise.all(opened.map((db) => db.destroy()));
  });
  const open = (options: Omit<OpenOptions, 'database'>) => {
    const db = openDatabase({ database: setting, ...options });
    opened.push(db);
    return db;
  };
  return {
    folder,
    setting,
    open: (access = 'write') => open({ access }),
    openWaiting: async (clock) => {
      const db = open({ access: 'write', clock });
      if (ON_SQLITE) await sql`pragma busy_timeout = 0`.execute(db);
      return db;
    },
  };
}

/** Takes the lease of `acme` for this process. */
export async function heldLease(db: Database, now: number): Promise<LeaseKey> {
  const lease = { name: 'tenant acme', holder: formatHolder(thisProcess()) };
  if (!(await acquireLease(db, lease, now))) throw new Error('another holder has the lease');
  return lease;
}
