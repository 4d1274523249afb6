import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { DATABASE_LIMITS, POSTGRES_LIMITS } from '../limits.ts';
import { answered, watchAfterStop } from './after-stop.ts';
import {
  explainPostgresFailure,
  isConnectionLost,
  isConnectionRefused,
  isServerRestarting,
  serverGivenUp,
  silentAfterStop,
} from './failures.ts';
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
  #isReached = false;

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
        this.#throwUnlessPassing(error, waitedMs);
      }
      await this.#options.clock.sleep(connectRetryMs);
    }
  }

  #throwUnlessPassing(error: unknown, waitedMs: number): void {
    if (!isConnectionLost(error)) throw error;
    // If it was never reached, `database` names the wrong one more likely than one that restarts.
    if (!this.#isReached) throw isConnectionRefused(error) ? serverGivenUp(error) : error;
    if (waitedMs >= this.#waitMsMax) throw serverGivenUp(error);
  }

  async #connect(): Promise<PooledConnection> {
    if (this.#pool === undefined) throw new Error('the database was closed');
    try {
      const client = await answered(this.#pool.connect(), {
        stop: this.#options.signal,
        tooLate: (late) => late.release(),
      });
      this.#isReached = true;
      return new PooledConnection(client, this.#place, this.#options.signal);
    } catch (error) {
      this.#isReached ||= isServerRestarting(error);
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
    if (connection.isBroken) return;
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
  readonly #stop: AbortSignal | undefined;
  #isBroken = false;
  #isCut = false;
  #isUnlimited = false;

  constructor(client: pg.PoolClient, place: string, stop: AbortSignal | undefined) {
    this.#client = client;
    this.#place = place;
    this.#stop = stop;
  }

  /** Whether it is closed instead of used again. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    using _ = watchAfterStop(this.#stop, () => this.#cut());
    try {
      const timeOut = this.#isUnlimited ? { query_timeout: TIMER_MS_MAX } : {};
      const query = { text: sql, values: parameters.map(storable), ...timeOut };
      const { command, rowCount, rows } = await this.#client.query(query);
      const [, timeout] = TIMEOUT_SET.exec(sql) ?? [];
      if (timeout !== undefined) this.#isUnlimited = timeout === '0';
      const numAffectedRows = CHANGES.has(command) ? BigInt(rowCount ?? 0) : undefined;
      return { rows: rows ?? [], ...(numAffectedRows !== undefined && { numAffectedRows }) };
    } catch (error) {
      if (this.#isCut || isConnectionLost(error)) this.discard();
      throw this.#isCut ? silentAfterStop(this.#place) : explainPostgresFailure(error, this.#place);
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

  /** Without a farewell: the server does not listen, either. The statement then fails. */
  #cut(): void {
    this.#isCut = true;
    (this.#client as unknown as Cuttable).connection.stream.destroy();
  }
}

interface Cuttable {
  readonly connection: { readonly stream: { destroy(): void } };
}

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** The statements that follow may take as long as they take: see without-time-limit.ts. */
const TIMEOUT_SET = /^set statement_timeout = (\d+)$/;
const TIMER_MS_MAX = 2 ** 31 - 1;

/** PostgreSQL stores no NUL character in a text. Keys are replaced when they are searched, too. */
function storable(parameter: unknown): unknown {
  if (typeof parameter !== 'string' || !parameter.includes('\0')) return parameter;
  return parameter.replaceAll('\0', '\uFFFD');
}
