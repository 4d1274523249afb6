import type { Sabotage } from './sabotage.ts';

const TRANSACTIONS = 'test/postgres/transactions.test.ts';
const SILENT = 'test/postgres/silent-server.test.ts';
const CONNECTION = 'test/postgres/connection.test.ts';
const AT_START = 'test/postgres/restart-at-start.test.ts';
const COPY = 'test/pipeline/copy-database.test.ts';

/** What several machines with one PostgreSQL server must not do to each other. */
export const MACHINES: readonly Sabotage[] = [
  {
    name: 'new-lease-locked',
    file: 'src/db/leases.ts',
    find: 'await lockName(trx, `lease ${key.name}`);',
    put: '',
    effect: 'Two machines run one tenant at the same time, if it never ran before.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'a lease that does not exist yet is taken once, in whatever order transactions meet',
    },
  },
  {
    name: 'lease-row-locked',
    file: 'src/db/leases.ts',
    find: ".where('name', '=', value('name')).forUpdate()",
    put: ".where('name', '=', value('name'))",
    effect: 'A run commits a page after another machine has taken over its tenant.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'a lease is not taken over in the middle of a transaction of its holder',
    },
  },
  {
    name: 'lost-start-repeated',
    file: 'src/db/postgres/repeat-if-lost.ts',
    find: '!isConnectionLost(error) || ',
    put: 'isConnectionLost(error) || ',
    effect: 'A service that starts while PostgreSQL restarts ends instead.',
    caughtBy: {
      file: AT_START,
      name: 'a connection that breaks at any message of the start is replaced',
    },
  },
  {
    name: 'gone-server-given-up',
    file: 'src/db/postgres/driver.ts',
    find: 'if (waitedMs >= this.#waitMsMax) throw serverGivenUp(error);',
    put: 'if (waitedMs >= this.#waitMsMax) throw error;',
    effect: 'A transaction waits four minutes for a server that is gone, and 25 s after Ctrl-C.',
    caughtBy: {
      file: AT_START,
      name: 'a transaction waits for a server that is gone as long as a lease, once',
    },
  },
  {
    name: 'wrong-port-at-once',
    file: 'src/db/postgres/driver.ts',
    find: 'throw isConnectionRefused(error) ? serverGivenUp(error) : error;',
    put: 'throw isConnectionRefused(error) ? error : error;',
    effect: 'A wrong port in `database` is reported after some seconds instead of at once.',
    caughtBy: { file: AT_START, name: 'an address at which nothing listens fails at once' },
  },
  {
    name: 'start-pauses',
    file: 'src/db/postgres/repeat-if-lost.ts',
    find: 'await clock.sleep(pauseMs);',
    put: '',
    effect:
      'A service that starts in the first moment of a restart ends, after five quick attempts.',
    caughtBy: {
      file: AT_START,
      name: 'a server that lets no one in, while it still serves its sessions, is given some seconds',
    },
  },
  {
    name: 'check-waits-briefly',
    file: 'src/operator/check/database.ts',
    find: "const isMissing = !(await databaseExists({ database, access: 'read', clock, signal }));",
    put: "const isMissing = !(await databaseExists({ database, access: 'read', clock }));",
    effect: '`check` takes longer than its 30 s while the server starts.',
    caughtBy: {
      file: AT_START,
      name: '`check` waits for a server that starts only as long as a stopping run',
    },
  },
  {
    name: 'starting-server-awaited',
    file: 'src/db/postgres/driver.ts',
    find: 'this.#isReached ||= isServerRestarting(error);',
    put: '',
    effect: 'A service that starts before PostgreSQL has read its log ends instead.',
    caughtBy: {
      file: AT_START,
      name: 'a process that starts while PostgreSQL starts waits for it',
    },
  },
  {
    name: 'copy-stops-waiting-for-from',
    file: 'src/db/copy/copy-database.ts',
    find: 'openSource(options.from, { clock, signal })',
    put: 'openSource(options.from, { clock, signal: new AbortController().signal })',
    effect: 'After Ctrl-C, copy-database waits 45 s for a server that starts.',
    caughtBy: { file: AT_START, name: '`copy-database` gives up a server that starts' },
  },
  {
    name: 'copy-stops-waiting-for-to',
    file: 'src/db/copy/copy-database.ts',
    find: "access: 'write', clock, signal });",
    put: "access: 'write', clock });",
    effect: 'The same, if it is TO that starts.',
    caughtBy: { file: AT_START, name: '`copy-database` gives up a server that starts' },
  },
  {
    name: 'copy-lease-check',
    file: 'src/db/copy/write-to-target.ts',
    find: 'await guardLease(trx, lease);',
    put: '',
    effect: 'Two copies write to one database.',
    caughtBy: {
      file: COPY,
      name: 'stops once another process has it',
    },
  },
  {
    name: 'settled-event-locked',
    file: 'src/outbox/queue.ts',
    find: '.forUpdate()',
    put: '',
    effect: 'An event that an operator skips becomes rejected again.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'an event that an operator changes meanwhile is settled in its new state',
    },
  },
  {
    name: 'search-queue-by-row',
    file: 'src/outbox/search-index.ts',
    find: ".where('id', 'in', done)",
    put: ".where('id', '<=', Math.max(...done))",
    effect: 'An event that was committed late is never found by a search.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'an event that is committed late stays queued while later ones are indexed',
    },
  },
  {
    name: 'deadlock-repeated',
    file: 'src/db/transaction.ts',
    find: 'isConflict(error) ||',
    put: '',
    effect: 'A deadlock ends a run.',
    caughtBy: { file: TRANSACTIONS, name: 'is repeated from its beginning' },
  },
  {
    name: 'database-time',
    file: 'src/db/database-time.ts',
    find: 'if (!hasOwnClock(db, clock)) return clock.now();',
    put: 'if (isPostgres(db)) return clock.now();',
    effect:
      'A machine whose clock is ahead takes over tenants in use, and exceeds the limits of Gong.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'decides, even if this machine’s clock is an hour ahead',
    },
  },
  {
    name: 'call-without-response',
    file: 'src/push/pacer.ts',
    find: '? PACE_LIMITS.sharedArrivalMsMax : 0',
    put: '? 0 : 0',
    effect: 'A call that is late between two machines and Gong is refused.',
    caughtBy: {
      file: 'test/postgres/pacing.test.ts',
      name: 'a call without a response counts as one that arrives last',
    },
  },
  {
    name: 'clock-read-late',
    file: 'src/push/clock-difference.ts',
    find: 'Math.min(this.#most, most)',
    put: 'least',
    effect: 'Calls of a busy machine are counted too early, and Gong refuses later ones.',
    caughtBy: {
      file: 'test/unit/push-clock-difference.test.ts',
      name: 'a result that is handled late makes it no smaller',
    },
  },
  {
    name: 'text-by-bytes',
    file: 'src/db/postgres/compiler.ts',
    find: `this.append(' collate "C"')`,
    put: "this.append('')",
    effect: 'Lists skip events on a server with a language’s order of letters.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'are sorted by their bytes, whatever the order of the database is',
    },
  },
  {
    name: 'synchronous-commit',
    file: 'src/db/postgres/session.ts',
    find: "then set_config('synchronous_commit', 'on', false) end",
    put: 'then null end',
    effect: 'Events that Gong has are missing after a failure of the server.',
    caughtBy: {
      file: CONNECTION,
      name: 'a commit is on the server’s disk before it counts, even if the server is set otherwise',
    },
  },
  {
    name: 'transaction-pooler',
    file: 'src/db/postgres/session.ts',
    find: 'if (found !== options.process) throw',
    put: 'if (found === -1) throw',
    effect: 'Behind a pooler, tables of another program are read and written.',
    caughtBy: { file: CONNECTION, name: 'in transaction mode is rejected with what to do' },
  },
  {
    name: 'own-migrations',
    file: 'src/db/migrate.ts',
    find: 'tables.filter((table) => table.schema === schema)',
    put: 'tables',
    effect: 'sharetrail takes the migrations of another program for its own.',
    caughtBy: { file: CONNECTION, name: 'keeps its tables, whatever their names are' },
  },
  {
    name: 'long-migration',
    file: 'src/db/without-time-limit.ts',
    find: 'setStatementTimeout(connection, 0)',
    put: 'setStatementTimeout(connection, 60_000)',
    effect: 'A large database cannot be upgraded: the server cancels its migration after a minute.',
    caughtBy: {
      file: 'test/postgres/long-migration.test.ts',
      name: 'may take longer than a statement',
    },
  },
  {
    name: 'long-migration-in-driver',
    file: 'src/db/postgres/driver.ts',
    find: 'this.#isUnlimited ?',
    put: 'this.#isBroken ?',
    effect: 'A large database cannot be upgraded: the driver gives up waiting for its migration.',
    caughtBy: {
      file: 'test/postgres/long-migration.test.ts',
      name: 'may take longer than a statement',
    },
  },
  {
    name: 'foreign-schema',
    file: 'src/db/migrate.ts',
    find: 'if (schema !== undefined && applied.length === 0) refuseForeign(names);',
    put: '',
    effect: 'status shows nothing, and exits with 0, if another program has our schema.',
    caughtBy: { file: CONNECTION, name: 'is reported to commands that only read' },
  },
  {
    name: 'loopback-only-without-tls',
    file: 'src/lib/postgres-url.ts',
    find: "return isLoopback ? 'disable' : 'verify-full';",
    put: "return isLoopback || host !== '' ? 'disable' : 'verify-full';",
    effect: 'The password and the data of customers cross a network in plain text.',
    caughtBy: {
      file: 'test/unit/postgres-url.test.ts',
      name: 'a URL names the server, the login, and the database',
    },
  },
  {
    name: 'silent-statement',
    file: 'src/db/postgres/pool.ts',
    find: 'query_timeout: POSTGRES_LIMITS.answerMsMax,',
    put: '',
    effect: 'After a failover or behind a firewall, a process hangs for a quarter of an hour.',
    caughtBy: { file: SILENT, name: 'a statement without an answer fails' },
  },
  {
    name: 'silent-rollback',
    file: 'src/db/postgres/driver.ts',
    find: 'if (connection.isBroken) return;',
    put: '',
    effect: 'A transaction on a broken network takes twice as long to fail.',
    caughtBy: {
      file: SILENT,
      name: 'a transaction without an answer does not wait for its rollback',
    },
  },
  {
    name: 'silent-after-stop',
    file: 'src/db/postgres/driver.ts',
    find: 'using _ = watchAfterStop(this.#stop, () => this.#cut());',
    put: '',
    effect: 'A stopped process on a broken network is killed before it could end.',
    caughtBy: { file: SILENT, name: 'after a stop, a silent server is given up soon' },
  },
  {
    name: 'calls-of-target-counted',
    file: 'src/db/copy/target.ts',
    find: 'await addCallsOfTarget(trx, JSON.parse(content) as CallsOfTarget);',
    put: 'void content;',
    effect: 'After a copy, Gong gets more calls than it allows.',
    caughtBy: { file: COPY, name: 'counts the calls of `check` in TO' },
  },
  {
    name: 'gong-usage-by-database-clock',
    file: 'src/operator/status.ts',
    find: 'const databaseNow = await databaseTime(db, clock);',
    put: 'const databaseNow = (await databaseTime(db, clock), clock.now());',
    effect: 'A machine whose clock is ahead shows calls as free that are used, and hides a pause.',
    caughtBy: {
      file: TRANSACTIONS,
      name: 'decides, even if this machine’s clock is an hour ahead',
    },
  },
  {
    name: 'cut-is-lost',
    file: 'src/db/postgres/driver.ts',
    find: 'throw this.#isCut ? silentAfterStop(this.#place) : explainPostgresFailure(error, this.#place);',
    put: 'throw explainPostgresFailure(error, this.#place);',
    effect: 'After a stop, a transaction whose statement was cut is repeated five times.',
    caughtBy: {
      file: SILENT,
      name: 'after a stop, a transaction is not repeated whose statement was cut',
    },
  },
];
