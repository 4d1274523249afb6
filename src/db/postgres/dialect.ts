import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  type QueryCompiler,
} from 'kysely';
import { SharedQueryCompiler } from './compiler.ts';
import { type DriverOptions, PooledDriver } from './driver.ts';

/** PostgreSQL, with what the rest of the program expects of SQLite. */
export class PooledDialect implements Dialect {
  readonly #options: DriverOptions;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  createDriver(): Driver {
    return new PooledDriver(this.#options);
  }

  createQueryCompiler(): QueryCompiler {
    return new SharedQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}
