import Sqlite from 'better-sqlite3';
import type { DatabaseError } from '../lib/errors.ts';
import { codeOf } from '../lib/errors.ts';
import { damagedDatabase, findDamage } from './damage.ts';
import { explainFailure } from './failures.ts';
import { DATABASE_LIMITS } from './limits.ts';

/** better-sqlite3 in the form that Kysely expects, with cached statements and explained errors. */
export class Connection {
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
      // Two processes that open a new file together can block each other: then it fails as locked.
      this.#sqlite.pragma('journal_mode = wal');
      this.#sqlite.pragma('synchronous = normal');
    });
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
