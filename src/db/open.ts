import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { type Clock, systemClock } from '../lib/clock.ts';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { isPostgresUrl, parsePostgresUrl } from '../lib/postgres-url.ts';
import { Connection } from './connection.ts';
import { ImmediateDialect } from './dialect.ts';
import { LockWait } from './lock-wait.ts';
import { PooledDialect } from './postgres/dialect.ts';
import { requireOwnFile } from './require-own-file.ts';
import type { Database, Tables } from './schema.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

export interface OpenOptions {
  /** the `database` setting: `sqlite:PATH`, relative to the working directory, or `postgres://…` */
  readonly database: string;
  /** `read` never creates or changes the file: for dry runs and for commands that only show */
  readonly access: 'write' | 'read';
  /** for waits for locks of other processes, or for the server; default: the system's clock */
  readonly clock?: Clock;
  /** once it is aborted, a wait for a lock gives up sooner */
  readonly signal?: AbortSignal;
}

/**
 * Opens the database. Creates an SQLite file, readable by its owner only, if it does not exist. Throws
 * DatabaseError if it cannot be opened, or if other users can read it, and UserError for a setting
 * that is not valid. A PostgreSQL server is connected by the first statement, which fails with a
 * DatabaseError if it cannot be reached or used.
 *
 * Inside a transaction, use only the transaction. SQLite has a single connection, so a statement on
 * the outer object would wait for itself permanently.
 */
export function openDatabase(options: OpenOptions): Database {
  return isPostgresUrl(options.database) ? openPostgres(options) : openSqlite(options);
}

function openPostgres({ database, access, clock = systemClock, signal }: OpenOptions): Database {
  const parsed = parsePostgresUrl(database);
  if ('problem' in parsed) throw new UserError(`\`database\`: ${parsed.problem}`);
  const { address } = parsed;
  return new Kysely<Tables>({ dialect: new PooledDialect({ address, access, clock, signal }) });
}

function openSqlite(options: OpenOptions): Database {
  const { access, clock = systemClock, signal } = options;
  const connection = connect(sqliteFile(options.database), access);
  const wait = new LockWait({ clock, ...(signal && { signal }) });
  return new Kysely<Tables>({ dialect: new ImmediateDialect({ connection, access, wait }) });
}

/** An empty database in memory, for a dry run before the file exists. */
export function openMemoryDatabase(): Database {
  const connection = new Connection(':memory:', {});
  const wait = new LockWait({ clock: systemClock });
  return new Kysely<Tables>({
    dialect: new ImmediateDialect({ connection, access: 'read', wait }),
  });
}

/** The path of an `sqlite:` setting. */
export function sqliteFile(database: string): string {
  if (database.startsWith('sqlite:')) return database.slice('sqlite:'.length);
  throw new UserError('`database` is neither `sqlite:PATH` nor `postgres://…`', {
    hint: 'Set `database: sqlite:PATH`, or remove the setting to use sqlite:./data/sharetrail.db.',
  });
}

function connect(file: string, access: OpenOptions['access']): Connection {
  if (access === 'read') return connectForReading(file);
  if (existsSync(file)) requireWritable(file);
  else createForOwnerOnly(file);
  requireOwnFile(file);
  return new Connection(file, {});
}

/**
 * In WAL mode, a reader creates -wal and -shm files if they do not exist, and a read-only one leaves
 * them behind. If they exist, they belong to a writer that is running or was killed: a writable
 * connection would move their content into the database when it closes.
 */
function connectForReading(file: string): Connection {
  if (existsSync(file)) requireOwnFile(file);
  const readonly = existsSync(`${file}-wal`);
  const connection = new Connection(file, { readonly, fileMustExist: true });
  connection.forbidWriting();
  return connection;
}

/** SQLite creates its -wal and -shm files with the permissions of the database file. */
function createForOwnerOnly(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
    closeSync(openSync(file, 'a', OWNER_ONLY_FILE));
  } catch (error) {
    throw new DatabaseError(`the database file could not be created: ${file}`, {
      hint: 'Check that its folder exists and that this user can write to it.',
      cause: error,
    });
  }
}

/** Opens no file: closing one would release the locks of this process's other connections to it. */
function requireWritable(file: string): void {
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    throw new DatabaseError(`the database file cannot be written: ${file}`, {
      hint: 'Give this user write permission for the file, its -wal and -shm files, and the folder.',
      cause: error,
    });
  }
}
