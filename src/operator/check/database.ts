import { statfsSync } from 'node:fs';
import type { ServiceConfig } from '../../config/types.ts';
import { type DatabasePlace, databasePlace } from '../../db/database-place.ts';
import { migrate, requireKnownSchema } from '../../db/migrate.ts';
import { openDatabase, openMemoryDatabase } from '../../db/open.ts';
import { databaseExists } from '../../db/open-current.ts';
import { type QueueAccess, queueAccess } from '../../db/queue-access.ts';
import type { Database } from '../../db/schema.ts';
import { QUEUE_SCHEMA } from '../../db/schema-exists.ts';
import { existingFolderOf, verifyCreatable, verifyWritable } from '../../db/verify-writable.ts';
import type { Clock } from '../../lib/clock.ts';
import { bytesText } from '../../lib/format.ts';
import type { AreaChecks } from './area-checks.ts';
import { CHECK_LIMITS } from './limits.ts';
import { type Finding, failed, ok, warning } from './types.ts';

/** The database as the check of the vendors uses it. */
export interface CheckedDatabase {
  /** for reading; empty if it cannot be read by this version */
  readonly db: Database;
  /** for counting the call to Gong; undefined: it cannot be written */
  readonly counting: Database | undefined;
  /** For rotating tokens. Never migrated. Rejects with the error that the check reports. */
  readonly writable: () => Promise<Database>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly service: Pick<ServiceConfig, 'database'>;
  readonly clock: Clock;
  /** free bytes in the file system of a folder */
  readonly freeBytes?: (folder: string) => number;
}

interface Opened {
  readonly db: Database;
  /** `created`: it did not exist */
  readonly schema: 'created' | 'current' | 'earlier';
  /** undefined: SQLite, which has no queue */
  readonly queue: QueueAccess | undefined;
}

const NAMES = {
  open: { file: 'file', server: 'connection' },
  write: 'writable',
  version: 'schema version',
  queue: 'queue',
  disk: 'disk space',
} as const;

export async function checkDatabase(
  checks: AreaChecks,
  options: DatabaseOptions,
): Promise<CheckedDatabase> {
  let failure: unknown;
  let opened: Opened | undefined;
  const place = databasePlace(options.service.database);
  try {
    opened = await open(place, options);
    addVersion(checks, place, opened);
  } catch (error) {
    failure = error;
    checks.fail(NAMES.open[place.kind], error);
    const others = [NAMES.write, NAMES.version, ...(place.kind === 'server' ? [NAMES.queue] : [])];
    checks.skip(others, 'the database cannot be opened');
  }
  // The disk of a server is not ours to see.
  if (place.kind === 'file') addDiskSpace(checks, place.path, options.freeBytes ?? freeBytesOf);
  return checkedDatabase(opened, failure);
}

/**
 * Opens it for writing, which verifies owner, permissions, and locks as a run does. No row changes. A
 * missing file or schema is created, because the call to Gong must be counted.
 */
async function open(place: DatabasePlace, { service, clock }: DatabaseOptions): Promise<Opened> {
  const { database } = service;
  // Waits for a lock of another process, or for a server that starts, only as long as a run that is
  // asked to stop.
  const signal = AbortSignal.abort();
  const isMissing = !(await databaseExists({ database, access: 'read', clock, signal }));
  if (isMissing && place.kind === 'file') verifyCreatable(place.path);
  const db = openDatabase({ database, access: 'write', clock, signal });
  try {
    if (isMissing) await migrate(db);
    await verifyWritable(db);
    const schema = isMissing ? 'created' : await requireKnownSchema(db);
    return { db, schema, queue: place.kind === 'server' ? await queueAccess(db) : undefined };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function addVersion(checks: AreaChecks, place: DatabasePlace, { schema, queue }: Opened): void {
  const did = schema === 'created' ? 'created, ' : '';
  const found =
    place.kind === 'file'
      ? `readable by its owner only: ${place.path}`
      : `connected: ${place.place}`;
  checks.add(NAMES.open[place.kind], ok(did + found));
  checks.add(NAMES.write, ok('can be written'));
  checks.add(NAMES.version, schema === 'earlier' ? EARLIER : ok('the schema of this version'));
  if (queue !== undefined) checks.add(NAMES.queue, queueFinding(queue));
}

const EARLIER = warning(
  'the schema of an earlier version',
  'Make a backup with that version. The next run then migrates the database.',
);

function tablesOfOthers(owners: string): Finding {
  return warning(
    `\`start\` and \`worker\` cannot use the tables in the schema ${QUEUE_SCHEMA}`,
    `If you use them, connect as ${owners}, or run in this database: grant ${owners} to ROLE.`,
  );
}

const NO_QUEUE = warning(
  `\`start\` and \`worker\` cannot create the schema ${QUEUE_SCHEMA}, or tables in it`,
  `If you use them, run in this database: create schema ${QUEUE_SCHEMA} authorization ROLE. If the ` +
    `schema exists: alter schema ${QUEUE_SCHEMA} owner to ROLE.`,
);

function queueFinding(queue: QueueAccess): Finding {
  switch (queue.kind) {
    case 'usable':
      return ok('`start` and `worker` can use their queue');
    case 'no tables':
      return NO_QUEUE;
    case 'tables of others':
      return tablesOfOthers(queue.owners.join(', '));
  }
}

function addDiskSpace(checks: AreaChecks, file: string, freeBytes: (folder: string) => number) {
  try {
    checks.add(NAMES.disk, diskFinding(freeBytes(existingFolderOf(file))));
  } catch (error) {
    checks.fail(NAMES.disk, error);
  }
}

function diskFinding(bytes: number): Finding {
  const text = `${bytesText(bytes)} free next to the database`;
  const hint = 'Free some space in the file system that holds the database, or enlarge it.';
  if (bytes < CHECK_LIMITS.freeBytesMin) return failed(text, hint);
  return bytes < CHECK_LIMITS.freeBytesLow ? warning(text, hint) : ok(text);
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

async function checkedDatabase(
  opened: Opened | undefined,
  failure: unknown,
): Promise<CheckedDatabase> {
  const isReadable = opened !== undefined && opened.schema !== 'earlier';
  const db = isReadable ? opened.db : await emptyDatabase();
  return {
    db,
    counting: opened?.db,
    writable: async () => {
      if (opened === undefined) throw failure;
      return opened.db;
    },
    close: async () => {
      if (!isReadable) await db.destroy();
      await opened?.db.destroy();
    },
  };
}

async function emptyDatabase(): Promise<Database> {
  const db = openMemoryDatabase();
  await migrate(db);
  return db;
}
