import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import type { Outcome, RunError } from '../../src/db/run-report.ts';
import { beginRun, finishRun, type StoredRun } from '../../src/db/runs.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import type { LogFields, Logger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { runError } from '../../src/runs/stage-errors.ts';
import { withTenantLease } from '../../src/runs/tenant-lease.ts';
import type { TenantRun } from '../../src/runs/tenant-run.ts';
import { executeDueRun, type RunTenant } from '../../src/scheduler/due-run.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { configOf } from './config-of.ts';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { VirtualClock } from './virtual-clock.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface RigOptions {
  readonly now: string;
  readonly tickMs?: number;
  /** the duration of each run */
  readonly runMs?: number;
  readonly random?: () => number;
}

export interface Process {
  readonly scheduler: Scheduler;
  readonly context: AppContext;
  readonly log: LogEntry[];
  readonly housekept: string[][];
  /** Requests a stop and waits for the end. */
  stop(): Promise<'clean' | 'broken'>;
}

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** What a run does instead of calling vendors. */
export interface Script {
  ms: number;
  /** an error that it throws becomes the run's error */
  work: (tenant: string) => Promise<{ outcome: Outcome; errors?: readonly RunError[] }>;
  housekeeping: () => Promise<void>;
}

/**
 * Schedulers over one real database, with a virtual clock. Their runs take the tenant's lease and
 * are recorded as real ones are, but call no vendor.
 */
export class SchedulerRig {
  /** the elapsed time; the processes read it with `clockOffsetMs` added */
  readonly clock: VirtualClock;
  /** how far the system clock was set ahead or back */
  clockOffsetMs = 0;
  #database: Promise<TestDatabase> | undefined;
  readonly script: Script;
  /** the tenants with a run at this moment, and the maximum so far */
  running: string[] = [];
  runningMax = 0;
  readonly #options: RigOptions;

  constructor(options: RigOptions) {
    this.#options = options;
    this.clock = new VirtualClock(Date.parse(options.now));
    this.script = {
      ms: options.runMs ?? MINUTE,
      work: async () => ({ outcome: 'ok' }),
      housekeeping: async () => {},
    };
  }

  /** Starts a process with these tenants. */
  async start(
    tenants: readonly TenantConfig[],
    service: Partial<Config['service']> = {},
  ): Promise<Process> {
    const log: LogEntry[] = [];
    const housekept: string[][] = [];
    const stop = new AbortController();
    const config = await this.configWith(tenants, service);
    const context = await openContext({
      config,
      clock: {
        now: () => this.#now(),
        sleep: (ms, signal) => this.clock.sleep(ms, signal),
      },
      random: this.#options.random ?? (() => 0),
      log: logInto(log),
      access: 'write',
    });
    onTestFinished(() => context.close());
    const scheduler = new Scheduler({
      context,
      tenants,
      execute: (current, due) => executeDueRun(current, { ...due, run: this.#run }),
      housekeeping: async (_, done) => {
        housekept.push(done.map(({ tenant }) => tenant));
        await this.script.housekeeping();
      },
      signal: stop.signal,
    });
    scheduler.begin();
    void this.#tick(scheduler, stop.signal);
    return {
      scheduler,
      context,
      log,
      housekept,
      stop: () => {
        stop.abort(new StopRequested());
        return this.clock.run(scheduler.drained());
      },
    };
  }

  /** Shared by all processes of the rig. */
  database(): Promise<TestDatabase> {
    this.#database ??= emptyDatabase('migrated');
    return this.#database;
  }

  /** The configuration of a process of the rig. */
  async configWith(
    tenants: readonly TenantConfig[],
    service: Partial<Config['service']> = {},
  ): Promise<Config> {
    const { folder, setting: database } = await this.database();
    return configOf({ folder, database }, tenants, service);
  }

  /** The runs of the tenant, oldest first. */
  async runs(tenant = 'acme'): Promise<StoredRun[]> {
    return runsOf(await this.database(), tenant);
  }

  /** The start times of the runs. */
  async starts(tenant = 'acme'): Promise<string[]> {
    const runs = await this.runs(tenant);
    return runs.map(({ startedAt }) => new Date(startedAt).toISOString());
  }

  #now(): number {
    return this.clock.now() + this.clockOffsetMs;
  }

  async #tick(scheduler: Scheduler, signal: AbortSignal): Promise<void> {
    const tickMs = this.#options.tickMs ?? MINUTE;
    try {
      for (;;) {
        await this.clock.sleep(tickMs - (this.#now() % tickMs), signal);
        scheduler.tick();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #run: RunTenant = async (context, { tenant, signal }): Promise<TenantRun> => {
    const name = tenant.tenant;
    const startedAt = this.#now();
    const base = { tenant: name, kind: 'sync' as const, startedAt, pending: 0 };
    const report = (outcome: Outcome, errors: readonly RunError[] = []) => ({
      ...reportOf(new RunCounters(), { ...base, outcome, finishedAt: this.#now() }),
      errors,
    });
    try {
      const done = await withTenantLease(
        context,
        { tenant: name, signal },
        async ({ key: lease }) => {
          const runId = randomUUID();
          await beginRun(context.db, { runId, tenant: name, kind: 'sync', startedAt });
          const { outcome, errors } = await this.#work(name, signal);
          const finished = report(outcome, errors);
          await finishRun(context.db, lease, { runId, report: finished });
          return finished;
        },
      );
      return { tenant: name, report: done ?? report('busy') };
    } catch (broken) {
      return { tenant: name, report: report('failed'), broken };
    }
  };

  async #work(tenant: string, signal: AbortSignal): ReturnType<Script['work']> {
    this.running.push(tenant);
    this.runningMax = Math.max(this.runningMax, this.running.length);
    try {
      const result = await this.script.work(tenant);
      await this.clock.sleep(this.script.ms, signal);
      return result;
    } catch (error) {
      if (!(error instanceof StopRequested)) throw error;
      return { outcome: 'partial', errors: [runError('run', error)] };
    } finally {
      this.running = this.running.filter((other) => other !== tenant);
    }
  }
}

async function runsOf(database: TestDatabase, tenant: string): Promise<StoredRun[]> {
  const db = database.open('read');
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('started_at')
    .execute();
  return rows.map((row) => ({
    runId: row.run_id,
    tenant: row.tenant,
    kind: row.kind,
    startedAt: row.started_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.outcome !== null && { outcome: row.outcome }),
  }));
}

/** A tenant for tests of scheduling: its addresses are unreachable. */
export function scheduledTenant(
  schedule: string,
  settings: Partial<TenantConfig> = {},
): TenantConfig {
  const secret = new Secret('unused-secret');
  return {
    tenant: 'acme',
    timezone: 'UTC',
    schedule,
    internalDomains: ['acme.example'],
    salesforce: {
      loginUrl: 'http://localhost:1',
      apiVersion: '62.0',
      auth: { flow: 'client-credentials', clientId: 'id', clientSecret: secret },
      contentDistributions: true,
      contentUrl: 'public-link',
      ignoreCreatedBy: [],
    },
    crm: {
      objectTypes: ['Opportunity', 'Account', 'Contact', 'Lead'],
      matchAccountByDomain: false,
      unmatched: 'send',
      holdDays: 3,
    },
    gong: {
      baseUrl: 'http://localhost:1',
      auth: { flow: 'access-key', accessKey: secret, accessKeySecret: secret },
      reportingSystem: 'sharetrail',
      actionName: 'Content Shared',
      callsPerSecond: 3,
      callsPerDay: 10_000,
      concurrency: 4,
    },
    ...settings,
  };
}

export function logInto(entries: LogEntry[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      entries.push({ level, message, fields });
    };
  const log: Logger = {
    isDebug: true,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return log;
}
