import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { DATABASE_LIMITS, POSTGRES_LIMITS } from '../limits.ts';
import { explainPostgresFailure, isConnectionLost } from './failures.ts';
import { createPool, type PoolOptions, placeOf } from './pool.ts';

export interface DriverOptions extends PoolOptions {
  readonly clock: Clock;
  /** once it is aborted, waits for the server are short */
  readonly signal: AbortSignal | undefined;
}

/** Kysely's driver over a pool: explains errors, and waits while the server restarts. */
export class PooledDriver implements Driver {
  readonly #options: DriverOptions;
  readonly #place: string;
  #pool: pg.Pool | undefined;
  #hasConnected = false;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#place = placeOf(options.address);
  }

  async init(): Promise<void> {
    this.#pool = await createPool(this.#options);
  }

  async acquireConnection(): Promise<PooledConnection> {
    const { connectRetryMs } = POSTGRES_LIMITS;
    for (let waitedMs = 0; ; waitedMs += connectRetryMs) {
      try {
        return await this.#connect();
      } catch (error) {
        const mayPass = this.#hasConnected && isConnectionLost(error);
        if (!mayPass || waitedMs >= this.#waitMsMax) throw error;
      }
      await this.#options.clock.sleep(connectRetryMs);
    }
  }

  async #connect(): Promise<PooledConnection> {
    if (this.#pool === undefined) throw new Error('the database was closed');
    try {
      const client = await this.#pool.connect();
      this.#hasConnected = true;
      return new PooledConnection(client, this.#place);
    } catch (error) {
      throw explainPostgresFailure(error, this.#place);
    }
  }

  /** As long as a lease: after that, another process may have taken over. */
  get #waitMsMax(): number {
    const { lockWaitMsMax, lockWaitAfterStopMsMax } = DATABASE_LIMITS;
    return this.#options.signal?.aborted ? lockWaitAfterStopMsMax : lockWaitMsMax;
  }

  async releaseConnection(connection: PooledConnection): Promise<void> {
    connection.release();
  }

  async beginTransaction(connection: PooledConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: PooledConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** A connection that cannot roll back is closed, which rolls back. The first error counts. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch {
      connection.discard();
    }
  }

  async destroy(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }
}

class PooledConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #place: string;
  #isBroken = false;

  constructor(client: pg.PoolClient, place: string) {
    this.#client = client;
    this.#place = place;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(sql, parameters.map(storable));
      const numAffectedRows = CHANGES.has(command) ? BigInt(rowCount ?? 0) : undefined;
      return { rows: rows ?? [], ...(numAffectedRows !== undefined && { numAffectedRows }) };
    } catch (error) {
      if (isConnectionLost(error)) this.discard();
      throw explainPostgresFailure(error, this.#place);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported');
  }

  /** Closes the connection instead of using it again. */
  discard(): void {
    this.#isBroken = true;
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }
}

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** PostgreSQL stores no NUL character in a text. Keys are replaced when they are searched, too. */
function storable(parameter: unknown): unknown {
  if (typeof parameter !== 'string' || !parameter.includes('\0')) return parameter;
  return parameter.replaceAll('\0', '\uFFFD');
}
