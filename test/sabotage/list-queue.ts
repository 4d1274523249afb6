import type { Sabotage } from './sabotage.ts';

const QUEUE = 'test/postgres/queue.test.ts';
const PACING = 'test/postgres/pacing.test.ts';

/** What the shared queue, the shared pace, and the duties of a process must not do. */
export const SHARED_QUEUE: readonly Sabotage[] = [
  {
    name: 'failed-service-exits',
    file: 'src/cli/run-command-line.ts',
    find: 'if (definition.exitsAtOnce) options.exitAtOnce?.();',
    put: '',
    effect: 'A service that could not start prints why, and then hangs on its open connections.',
    caughtBy: { file: 'test/cli/run-command-line.test.ts', name: 'a command that exits at once' },
  },
  {
    name: 'failed-page-closes-queue',
    file: 'src/cli/service/serve.ts',
    find: 'await runner.drained();\n    throw error;',
    put: 'throw error;',
    effect: 'A service whose page cannot listen leaves its queue open.',
    caughtBy: { file: 'test/unit/serve.test.ts', name: 'closes its runner' },
  },
  {
    name: 'busy-run-put-back',
    file: 'src/queue/queued-run-ends.ts',
    find: "return { kind: 'put back', entry: { ...entry, busy: entry.busy + 1 }, delayMs };",
    put: 'return delayMs > 0 ? FINISHED : FINISHED;',
    effect: 'The run of a tenant that another run has locked is forgotten for minutes.',
    caughtBy: { file: QUEUE, name: 'a tenant that another run has locked waits for it' },
  },
  {
    name: 'busy-run-warned',
    file: 'src/cli/service/execute-queued.ts',
    find: 'logRetry(context, { tenant: entry.tenant, end, retryAt });',
    put: 'void [logRetry, end, retryAt];',
    effect: 'A worker’s log has `run starts` again and again, and never says why nothing ran.',
    caughtBy: { file: QUEUE, name: 'a tenant that another run has locked waits for it' },
  },
  {
    name: 'busy-run-warned-rarely',
    file: 'src/queue/queued-run-ends.ts',
    find: 'return busy === 0 || busy >= QUEUE_LIMITS.busyDelaysMax;',
    put: 'return busy >= 0;',
    effect: 'A tenant that is locked for long logs twelve warnings in its first minute.',
    caughtBy: {
      file: 'test/pipeline/locked-tenant.test.ts',
      name: 'a due run whose tenant is locked is attempted often, and logged once per minute',
    },
  },
  {
    name: 'standby-ends',
    file: 'src/cli/service/queue-runner.ts',
    find: "const isNeeded = this.#role === 'worker' || workers === 0;",
    put: 'const isNeeded = workers >= 0;',
    effect: '`start` executes runs although workers are alive.',
    caughtBy: {
      file: QUEUE,
      name: 'without a worker, `start` executes the runs until one appears',
    },
  },
  {
    name: 'pace-by-the-server',
    file: 'src/db/database-time.ts',
    find: 'return clock === systemClock && isPostgres(db);',
    put: 'return clock !== systemClock && isPostgres(db);',
    effect: 'Machines whose clocks differ send three calls a second each.',
    caughtBy: { file: PACING, name: 'machines with wrong clocks share the pace' },
  },
  {
    name: 'slot-until-arrival',
    file: 'src/db/calls.ts',
    find: 'const at = now + request.arrivalMarginMs;',
    put: 'const at = now;',
    effect: 'A call that is slow to arrive meets the next ones of another machine at Gong.',
    caughtBy: { file: PACING, name: 'a call of one machine takes its slot' },
  },
  {
    name: 'late-permit-replaced',
    file: 'src/push/drain.ts',
    find: 'late >= PACE_LIMITS.lateInRowMax || !permit.isLate()',
    put: 'late >= 0 || !permit.isLate()',
    effect:
      'After a slow moment of the database, more calls than allowed reach Gong in one second.',
    caughtBy: {
      file: 'test/unit/push-limits.test.ts',
      name: 'is not used: its slot has passed, and others have sent since',
    },
  },
  {
    name: 'late-permit-used-finally',
    file: 'src/push/drain.ts',
    find: 'late >= PACE_LIMITS.lateInRowMax ||',
    put: 'late < 0 ||',
    effect: 'With a database that is always slow, nothing is sent at all.',
    caughtBy: {
      file: 'test/unit/push-limits.test.ts',
      name: 'is used finally: a database that is always slow does not stop everything',
    },
  },
  {
    name: 'first-calls-by-response',
    file: 'src/push/arrival-estimate.ts',
    find: '(isWarm ? Math.min(...this.#latest) / 2 : 0)',
    put: '(isWarm || true ? Math.min(...this.#latest) / 2 : 0)',
    effect: 'Another machine sends too early after the slow first calls of one, and gets a 429.',
    caughtBy: {
      file: PACING,
      name: 'the first calls of a machine do not let others send too early, wherever they were delayed',
    },
  },
  {
    name: 'unsent-history-kept',
    file: 'src/runs/backfill.ts',
    find: "const isAutomatic = push === 'send';",
    put: 'const isAutomatic = true;',
    effect: 'A worker sends what an operator wanted to inspect first.',
    caughtBy: { file: 'test/postgres/queue.test.ts', name: 'of `backfill --no-push` waits for' },
  },
  {
    name: 'queue-privilege-checked',
    file: 'src/db/queue-access.ts',
    find: 'return ifAllowed(mayEnter && mayCreate);',
    put: 'return ifAllowed(mayEnter || mayCreate);',
    effect: '`check` passes, and then `start` cannot create its queue.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'is warned about the queue by `check`, until it owns its schema',
    },
  },
  {
    name: 'queue-tables-checked',
    file: 'src/db/queue-access.ts',
    find: 'if (mayChange && (await tablesVersion(db))',
    put: 'if ((mayChange || mayEnter) && (await tablesVersion(db))',
    effect: '`check` passes, although `start` may not read the tables of its queue.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'is warned about the tables of another role, exactly as long as it cannot use them',
    },
  },
  {
    name: 'queue-migration-checked',
    file: 'src/db/queue-access.ts',
    find: ' >= QUEUE_TABLES_VERSION) return ifAllowed(true);',
    put: ' >= 0) return ifAllowed(true);',
    effect:
      '`check` passes after an upgrade, although `start` may not migrate the tables of its queue.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'is warned about the tables of another role, exactly as long as it cannot use them',
    },
  },
  {
    name: 'queue-of-others-unseen',
    file: 'src/db/workers.ts',
    find: 'if (!(await mayReadQueue(db))) return undefined;',
    put: 'await mayReadQueue(db);',
    effect: '`status` fails in a database in which another program uses pg-boss.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'sees no queue, rather than a failure, in a schema that it may not use',
    },
  },
  {
    name: 'queue-counts-ours',
    file: 'src/db/workers.ts',
    find: 'where name = ${QUEUE_NAME} and state',
    put: 'where name <> ${QUEUE_SCHEMA} and state',
    effect: 'Jobs of another program start workers, and `status` says that runs wait.',
    caughtBy: { file: QUEUE, name: 'the jobs of another program in the same schema are not runs' },
  },
  {
    name: 'queue-schema-of-its-role',
    file: 'src/queue/run-queue.ts',
    find: 'createSchema: !(await schemaExists(db, QUEUE_SCHEMA)),',
    put: '',
    effect: 'A role that may not create schemas cannot start a worker, whatever it owns.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'needs a second schema for the queue, which the message names',
    },
  },
  {
    name: 'slice-end-no-failure',
    file: 'src/runs/stage-errors.ts',
    find: 'if (error instanceof SliceOver) return true;',
    put: '',
    effect: 'Every slice of a long backfill counts as a failed or partial run.',
    caughtBy: { file: 'test/pipeline/slices.test.ts', name: 'ends while it reads' },
  },
  {
    name: 'unknown-tenants-left',
    file: 'src/queue/queue-worker.ts',
    find: 'this.#unknownTenants.add(run.entry.tenant);',
    put: '',
    effect: 'A worker with one tenant takes the runs of all others, again and again.',
    caughtBy: { file: 'test/unit/queue-worker.test.ts', name: 'put back at once, and not taken' },
  },
  {
    name: 'unknown-tenants-forgotten',
    file: 'src/queue/queue-worker.ts',
    find: 'this.#unknownTenants.clear();',
    put: '',
    effect: 'After SIGHUP, a worker does not execute the runs of its new tenants.',
    caughtBy: { file: 'test/unit/queue-worker.test.ts', name: 'a new configuration may have the' },
  },
  {
    name: 'faulty-tenant-alerted-once',
    file: 'src/service/alert-on-faulty.ts',
    find: 'if (await acquireLease(db, key, await databaseTime(db, clock)))',
    put: 'if ((await acquireLease(db, key, await databaseTime(db, clock))) || true)',
    effect: 'Each `start` process posts the same alert about a faulty tenant.',
    caughtBy: {
      file: 'test/pipeline/alert-on-faulty.test.ts',
      name: 'of several `start` processes, one alerts about a faulty tenant',
    },
  },
  {
    name: 'housekeeping-after-start',
    file: 'src/cli/service/queue-runner.ts',
    find: 'if (!(await this.#isHousekeepingDue())) return;',
    put: 'if (context.clock.now() > 0) return;',
    effect:
      'If `start` restarts often, retention is never applied, and no overdue tenant is noticed.',
    caughtBy: { file: QUEUE, name: 'retention is applied soon after a start, but once per hour' },
  },
  {
    name: 'housekeeping-hourly',
    file: 'src/db/housekeeping.ts',
    find: 'if (numInsertedOrUpdatedRows !== 1n) return false;',
    put: 'if (numInsertedOrUpdatedRows === undefined) return false;',
    effect:
      'When many workers restart, one after the other does the expensive work for all tenants.',
    caughtBy: { file: QUEUE, name: 'retention is applied soon after a start, but once per hour' },
  },
  {
    name: 'housekeeping-first-tick',
    file: 'src/scheduler/scheduler.ts',
    find: 'const now = clock.now();\n    this.#schedule.update(',
    put: 'const now = clock.now();\n    if (this.#housekeptAt < 0) this.#housekeptAt = now;\n    this.#schedule.update(',
    effect: 'The same on SQLite, for tenants whose runs do not end.',
    caughtBy: {
      file: 'test/time/schedule-due-runs.test.ts',
      name: 'runs at the first tick and then every hour for all tenants',
    },
  },
  {
    name: 'duties-by-tenants',
    file: 'src/queue/duties.ts',
    find: 'const names = JSON.stringify(tenants.map(({ tenant }) => tenant).toSorted());',
    put: "const names = tenants.length === 0 ? '' : 'all';",
    effect: 'A worker with one tenant keeps the backfills of all others from continuing.',
    caughtBy: { file: QUEUE, name: 'continues next to a process that lacks the tenant' },
  },
  {
    name: 'idle-start-noticed',
    file: 'src/queue/visible-lease.ts',
    find: 'const lease = { key: await takeFree(context, holder) };',
    put: "const lease = { key: { name: 'duties 1', holder } };",
    effect:
      'copy-database copies while `start` is idle, which then reports shares to the old database.',
    caughtBy: {
      file: 'test/faults/copy-database.test.ts',
      name: 'refuses while it is idle, and copies once it has ended or was killed',
    },
  },
  {
    name: 'idle-start-heartbeat',
    file: 'src/queue/visible-lease.ts',
    find: 'lease.key = await extended(context, lease.key);',
    put: 'lease.key = await Promise.resolve(lease.key);',
    effect: 'An idle `start` is noticed for its first 45 seconds only.',
    caughtBy: {
      file: 'test/time/duties.test.ts',
      name: 'is valid until the process ends, and costs four writes a minute',
    },
  },
  {
    name: 'each-idle-start-noticed',
    file: 'src/queue/visible-lease.ts',
    find: 'if (await acquireLease(db, key, await databaseTime(db, clock))) return key;',
    put: 'if ((await acquireLease(db, key, await databaseTime(db, clock))) || number > 0) return key;',
    effect:
      'If two `start` run and one ends, copy-database does not notice the other for 15 seconds.',
    caughtBy: {
      file: 'test/time/duties.test.ts',
      name: 'is one of its own: if another process ends, this one stays visible',
    },
  },
  {
    name: 'backfill-last',
    file: 'src/push/drain.ts',
    find: 'this.#open && this.#options.isBackfillLast',
    put: 'this.#options.tenant === undefined',
    effect: 'While a sync reads, backfilled events use up the calls of its fresh ones.',
    caughtBy: {
      file: 'test/unit/push-limits.test.ts',
      name: 'wait for a sync to commit its fresh events, also with few calls left',
    },
  },
  {
    name: 'skipped-in-flight',
    file: 'src/outbox/queue.ts',
    find: "before.state === 'skipped' && next !== undefined ? null : before.reason",
    put: 'before.reason',
    effect: 'An event that Gong has looks as if an operator had kept it from Gong.',
    caughtBy: {
      file: 'test/unit/outbox-queue.test.ts',
      name: 'an event that was skipped in flight has the reason',
    },
  },
];
