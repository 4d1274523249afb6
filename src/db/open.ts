import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import { DatabaseError, UserError } from '../lib/errors.ts';
import { damagedDatabase, findDamage } from './damage.ts';
import { codeOf, explainFailure } from './failures.ts';
import { DATABASE_LIMITS } from './limits.ts';
import type { Database, Tables } from './schema.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

const NOT_CREATED = [
  'could not be created',
  'Check that its folder exists and that this user can write to it.',
] as const;
const NOT_WRITABLE = [
  'cannot be written',
  'Give this user write permission for the file, its -wal and -shm files, and the folder.',
] as const;

export interface OpenOptions {
  /** the `database` setting: `sqlite:PATH`, relative to the working directory */
  readonly database: string;
  /** `read` never creates or changes the file: for dry runs and for commands that only show */
  readonly access: 'write' | 'read';
}

/**
 * Opens the database. Creates the file, readable by its owner only, if it does not exist. Throws
 * DatabaseError if it cannot be opened, and UserError for a setting that is not supported yet.
 *
 * Inside a `transaction()` callback, use only the transaction. There is a single connection, so a
 * statement on the outer object would wait for itself permanently.
 */
export function openDatabase(options: OpenOptions): Database {
  const file = sqliteFile(options.database);
  return new Kysely<Tables>({ dialect: new ImmediateDialect(connect(file, options.access)) });
}

/** An empty database in memory, for a dry run before the file exists. */
export function openMemoryDatabase(): Database {
  return new Kysely<Tables>({ dialect: new ImmediateDialect(new Connection(':memory:', {})) });
}

/** The path of an `sqlite:` setting. */
export function sqliteFile(database: string): string {
  if (database.startsWith('sqlite:')) return database.slice('sqlite:'.length);
  throw new UserError('this version of sharetrail does not support PostgreSQL yet', {
    hint: 'Set `database: sqlite:PATH`, or remove the setting to use sqlite:./data/sharetrail.db.',
  });
}

function connect(file: string, access: OpenOptions['access']): Connection {
  if (access === 'read') return connectForReading(file);
  createForOwnerOnly(file);
  const connection = new Connection(file, {});
  connection.prepareForWriting();
  return connection;
}

/**
 * In WAL mode, a reader creates -wal and -shm files if they do not exist, and a read-only one leaves
 * them behind. If they exist, they belong to a writer that is running or was killed: a writable
 * connection would move their content into the database when it closes.
 */
function connectForReading(file: string): Connection {
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
    const [what, hint] = existsSync(file) ? NOT_WRITABLE : NOT_CREATED;
    throw new DatabaseError(`the database file ${what}: ${file}`, { hint, cause: error });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** better-sqlite3 in the form that Kysely expects, with cached statements and explained errors. */
class Connection {
  readonly #file: string;
  readonly #sqlite: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();

  constructor(file: string, options: Sqlite.Options) {
    this.#file = file;
    this.#sqlite = this.#explained(
      () => new Sqlite(file, { ...options, timeout: DATABASE_LIMITS.busyTimeoutMs }),
    );
    this.#explained(() => this.#sqlite.pragma('foreign_keys = on'));
  }

  /** In WAL mode, NORMAL keeps the database consistent; a power cut can lose the last commits. */
  prepareForWriting(): void {
    this.#explained(() => {
      this.#sqlite.pragma(`page_size = ${DATABASE_LIMITS.pageBytes}`);
      // A negative number is in KiB, a positive one in pages.
      this.#sqlite.pragma(`cache_size = -${DATABASE_LIMITS.cacheKibibytes}`);
      this.#switchToWal();
      this.#sqlite.pragma('synchronous = normal');
    });
  }

  /**
   * Two processes that open a new file together can block each other. SQLite then does not wait for
   * its timeout, but reports SQLITE_BUSY immediately.
   */
  #switchToWal(): void {
    const wait = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const { busyTimeoutMs, walRetryMs } = DATABASE_LIMITS;
    this.#sqlite.pragma('busy_timeout = 0');
    for (let leftMs = busyTimeoutMs; ; leftMs -= walRetryMs) {
      try {
        this.#sqlite.pragma('journal_mode = wal');
        break;
      } catch (error) {
        if (leftMs <= 0 || !isBusy(error)) throw error;
        Atomics.wait(wait, 0, 0, walRetryMs);
      }
    }
    this.#sqlite.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }

  forbidWriting(): void {
    this.#explained(() => this.#sqlite.pragma('query_only = on'));
  }

  prepare(sql: string) {
    const statement = this.#explained(() => this.#prepared(sql));
    return {
      reader: statement.reader,
      all: (parameters: readonly unknown[]) => this.#explained(() => statement.all(parameters)),
      run: (parameters: readonly unknown[]) => this.#explained(() => statement.run(parameters)),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...parameters),
    };
  }

  get inTransaction(): boolean {
    return this.#sqlite.inTransaction;
  }

  close(): void {
    this.#sqlite.close();
  }

  #prepared(sql: string): Sqlite.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= DATABASE_LIMITS.preparedStatementsMax) this.#statements.clear();
    const statement = this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#damageBehind(error) ?? explainFailure(error, this.#file);
    }
  }

  /** A violated constraint is a bug, unless the rows on record already do not fit together. */
  #damageBehind(error: unknown): DatabaseError | undefined {
    if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) return undefined;
    const damage = findDamage(this.#sqlite, 'full');
    return damage === undefined ? undefined : damagedDatabase(this.#file, { damage, cause: error });
  }
}

/**
 * A plain `begin` takes the write lock at the first write. If another connection wrote since the first
 * read, SQLite fails with SQLITE_BUSY_SNAPSHOT immediately, regardless of the timeout. `begin
 * immediate` waits for the lock instead.
 */
class ImmediateDialect extends SqliteDialect {
  readonly #database: Connection;

  constructor(database: Connection) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSchemaAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: Connection;

  constructor(database: Connection) {
    super({ database });
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** If the disk is full, SQLite rolls back itself; a second rollback would fail and hide the cause. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite runs schema changes in transactions, although Kysely's adapter says that it does not. */
class TransactionalSchemaAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
