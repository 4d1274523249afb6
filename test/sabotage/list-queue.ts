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
    name: 'unsent-history-kept',
    file: 'src/runs/backfill.ts',
    find: "const isAutomatic = push === 'send';",
    put: 'const isAutomatic = true;',
    effect: 'A worker sends what an operator wanted to inspect first.',
    caughtBy: { file: 'test/postgres/queue.test.ts', name: 'of `backfill --no-push` waits for' },
  },
  {
    name: 'queue-privilege-checked',
    file: 'src/db/schema-exists.ts',
    find: 'return rows[0]?.allowed === true;',
    put: 'return rows.length > 0;',
    effect: '`check` passes, and then `start` cannot create its queue.',
    caughtBy: {
      file: 'test/postgres/limited-role.test.ts',
      name: 'is warned about the queue by `check`, until it owns its schema',
    },
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
    name: 'duties-by-tenants',
    file: 'src/queue/duties.ts',
    find: 'const names = JSON.stringify(tenants.map(({ tenant }) => tenant).toSorted());',
    put: "const names = tenants.length === 0 ? '' : 'all';",
    effect: 'A worker with one tenant keeps the backfills of all others from continuing.',
    caughtBy: { file: QUEUE, name: 'continues next to a process that lacks the tenant' },
  },
  {
    name: 'idle-start-noticed',
    file: 'src/queue/duties.ts',
    find: `  await duties.hold();
  const over`,
    put: '  const over',
    effect:
      'copy-database copies while `start` is idle, which then reports shares to the old database.',
    caughtBy: {
      file: 'test/faults/copy-database.test.ts',
      name: 'refuses while it is idle, and copies once it has ended or was killed',
    },
  },
  {
    name: 'idle-start-heartbeat',
    file: 'src/queue/duties.ts',
    find: 'if (!signal.aborted) await duties.hold().catch(',
    put: 'if (signal.aborted) await duties.hold().catch(',
    effect: 'An idle `start` is noticed for its first 45 seconds only.',
    caughtBy: {
      file: 'test/time/duties.test.ts',
      name: 'is valid until the process ends, and costs four writes a minute',
    },
  },
];
