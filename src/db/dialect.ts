import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely';
import type { Connection } from './connection.ts';
import type { LockWait } from './lock-wait.ts';

export interface DialectOptions {
  readonly connection: Connection;
  readonly access: 'write' | 'read';
  readonly wait: LockWait;
}

/**
 * A plain `begin` takes the write lock at the first write. If another connection wrote since the first
 * read, SQLite fails with SQLITE_BUSY_SNAPSHOT immediately, regardless of the timeout. `begin
 * immediate` waits for the lock instead.
 */
export class ImmediateDialect extends SqliteDialect {
  readonly #options: DialectOptions;

  constructor(options: DialectOptions) {
    super({ database: options.connection });
    this.#options = options;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#options);
  }

  override createQueryCompiler(): QueryCompiler {
    return new WithoutRowLocks();
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSchemaAdapter();
  }
}

/** A transaction of SQLite has the only write lock: `for update` has nothing to add. */
class WithoutRowLocks extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'Distinct' || node.rawModifier) super.visitSelectModifier(node);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #options: DialectOptions;
  #patient: DatabaseConnection | undefined;

  constructor(options: DialectOptions) {
    super({ database: options.connection });
    this.#options = options;
  }

  override async init(): Promise<void> {
    await super.init();
    const { connection, access, wait } = this.#options;
    if (access === 'read') return;
    try {
      await wait.retry(async () => connection.prepareForWriting());
    } catch (error) {
      // Kysely does not destroy a driver that could not be initialized.
      connection.close();
      throw error;
    }
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#patient ??= new PatientConnection(await super.acquireConnection(), this.#options);
    return this.#patient;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** If the disk is full, SQLite rolls back itself; a second rollback would fail and hide the cause. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#options.connection.inTransaction) await super.rollbackTransaction(connection);
  }
}

/**
 * Waits for locks of other processes. Inside a transaction, which has the write lock, there are
 * none.
 */
class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #options: DialectOptions;

  constructor(inner: DatabaseConnection, options: DialectOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { connection, wait } = this.#options;
    if (connection.inTransaction) return this.#inner.executeQuery(query);
    return wait.retry(() => this.#inner.executeQuery(query));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery(query, chunkSize);
  }
}

/** SQLite runs schema changes in transactions, although Kysely's adapter says that it does not. */
class TransactionalSchemaAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
