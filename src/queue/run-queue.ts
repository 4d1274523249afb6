import type { JobAttempt, PgBoss } from 'pg-boss';
import { answered } from '../db/postgres/after-stop.ts';
import { type QueueConnection, queueConnection } from '../db/postgres/queue-connection.ts';
import { repeatIfLost } from '../db/postgres/repeat-if-lost.ts';
import { QUEUE_NAME, QUEUE_SCHEMA, schemaExists } from '../db/schema-exists.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { PRIORITY, QUEUE_LIMITS } from './limits.ts';

/** A run that waits for a worker. */
export type QueuedRun = DueEntry | HistoryEntry;

/** One due time of a tenant. */
export interface DueEntry {
  readonly kind: 'due';
  readonly tenant: string;
  /** epoch milliseconds */
  readonly dueAt: number;
  readonly why: 'schedule' | 'catch-up' | 'retry';
  /** consecutive attempts that ended with a database failure */
  readonly failures: number;
  /** consecutive attempts for which another run had the tenant's lock */
  readonly busy: number;
}

/** The next slice of a tenant's history: windows that are not read to their end, pending events. */
export interface HistoryEntry {
  readonly kind: 'history';
  readonly tenant: string;
  readonly busy: number;
}

/** A run that this process has taken from the queue. */
export interface TakenRun {
  readonly entry: QueuedRun;
  /** this attempt: once another worker has the run, this one can change nothing */
  readonly attempt: JobAttempt;
}

/**
 * The shared queue of runs, in the schema `pgboss` of the same database. It carries a run to a worker
 * and gives the run of a dead worker to another. It decides nothing: the database's due run state
 * decides what is done, and the tenant's lease who may do it. All methods throw DatabaseError.
 */
export class RunQueue {
  readonly #boss: PgBoss;
  readonly #connection: QueueConnection;
  readonly #stop: AbortSignal;

  constructor(boss: PgBoss, connection: QueueConnection, stop: AbortSignal) {
    this.#boss = boss;
    this.#connection = connection;
    this.#stop = stop;
  }

  /** Adds a run, unless one of the same kind and tenant is waiting or in progress. */
  async add(entry: QueuedRun, delayMs = 0): Promise<void> {
    await this.#explained(() => this.#boss.send(QUEUE_NAME, entry, optionsOf(entry, delayMs)));
  }

  /** Takes up to `count` runs, the most urgent first. `except`: tenants whose runs are left there. */
  async take(
    count: number,
    { except }: { readonly except: readonly string[] },
  ): Promise<TakenRun[]> {
    const options = { batchSize: count, ignoreGroups: [...except] };
    const jobs = await this.#explained(() => this.#boss.fetch<QueuedRun>(QUEUE_NAME, options));
    return jobs.map(({ id, retryCount, data }) => ({ entry: data, attempt: { id, retryCount } }));
  }

  /** Reports that the runs are in progress. */
  async keep(runs: readonly TakenRun[]): Promise<void> {
    if (runs.length === 0) return;
    const attempts = runs.map(({ attempt }) => attempt);
    await this.#explained(() => this.#boss.touch(QUEUE_NAME, attempts));
  }

  /** Removes a run that needs no worker anymore. */
  async finish({ attempt }: TakenRun): Promise<void> {
    await this.#explained(() => this.#boss.complete(QUEUE_NAME, attempt));
  }

  /** Replaces a taken run by `entry`, which no worker gets before `delayMs`; in one transaction. */
  async putBack({ attempt }: TakenRun, entry: QueuedRun, delayMs: number): Promise<void> {
    await this.#explained(async () => {
      const transaction = await this.#boss.getDb().beginTransaction?.();
      if (transaction === undefined) throw new Error('the queue has no transactions');
      const { db } = transaction;
      try {
        // If this worker seemed dead, another one has the run: neither statement changes anything.
        await this.#boss.complete(QUEUE_NAME, attempt, null, { db });
        await this.#boss.send(QUEUE_NAME, entry, { ...optionsOf(entry, delayMs), db });
        await transaction.commit();
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    });
  }

  /** Throws nothing: what the queue has is committed. */
  async close(): Promise<void> {
    const stopped = this.#boss.stop({ graceful: true, timeout: QUEUE_LIMITS.closeMsMax });
    // It waits for statements in flight, which a broken network never answers.
    await answered(stopped, { stop: this.#stop, tooLate: () => {} }).catch(() => {});
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await answered(work(), { stop: this.#stop, tooLate: () => {} });
    } catch (error) {
      throw this.#connection.explain(error);
    }
  }
}

type QueueContext = Pick<AppContext, 'db' | 'clock' | 'log'> & { readonly signal: AbortSignal };

/**
 * Opens the queue of a PostgreSQL database, and creates it if it does not exist. The only place that
 * loads pg-boss. Throws DatabaseError.
 */
export function openRunQueue(database: string, context: QueueContext): Promise<RunQueue> {
  const { clock, signal } = context;
  return repeatIfLost(() => openOnce(database, context), { clock, stop: signal });
}

async function openOnce(database: string, { db, log, signal }: QueueContext): Promise<RunQueue> {
  const connection = await queueConnection(database);
  const { PgBoss: Boss } = await import('pg-boss');
  const boss = new Boss({
    ...(connection.settings as object),
    application_name: 'sharetrail queue',
    schema: QUEUE_SCHEMA,
    // Even `create schema if not exists` needs the privilege to create one.
    createSchema: !(await schemaExists(db, QUEUE_SCHEMA)),
    max: QUEUE_LIMITS.connectionsMax,
    // Due times are ours.
    schedule: false,
    superviseIntervalSeconds: QUEUE_LIMITS.monitorSeconds,
    monitorIntervalSeconds: QUEUE_LIMITS.monitorSeconds,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) =>
    log.warn(`the queue: ${messageOf(connection.explain(asError(error)))}`),
  );
  boss.on('warning', ({ message }) => log.debug(`the queue: ${message}`));
  try {
    await boss.start();
    await boss.createQueue(QUEUE_NAME, {
      // One run of a kind per tenant, waiting or in progress.
      policy: 'exclusive',
      expireInSeconds: QUEUE_LIMITS.runSecondsMax,
      heartbeatSeconds: QUEUE_LIMITS.heartbeatSecondsMax,
      retryLimit: QUEUE_LIMITS.retriesMax,
      retryDelay: QUEUE_LIMITS.retryDelaySeconds,
      retentionSeconds: QUEUE_LIMITS.waitingSecondsMax,
      deleteAfterSeconds: QUEUE_LIMITS.keptSeconds,
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw connection.explain(error);
  }
  return new RunQueue(boss, connection, signal);
}

/** pg-boss also reports copies of errors, which are plain objects. */
function asError(reported: Error): Error {
  return reported instanceof Error ? reported : Object.assign(new Error(), reported);
}

function optionsOf({ kind, tenant }: QueuedRun, delayMs: number) {
  return {
    singletonKey: `${kind}/${tenant}`,
    group: { id: tenant },
    priority: PRIORITY[kind],
    startAfter: Math.ceil(delayMs / 1_000),
  };
}
