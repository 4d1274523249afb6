import type { Sabotage } from './sabotage.ts';

/** What is stored, and who may write it. */
export const STORING: readonly Sabotage[] = [
  {
    name: 'lease-check',
    file: 'src/db/leases.ts',
    find: 'if (current?.holder !== key.holder)',
    put: 'if (current === undefined)',
    effect: 'A process that was suspended past its lease writes into the run that replaced it.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once another process has taken over the tenant',
    },
  },
  {
    name: 'lease-check-commit',
    file: 'src/outbox/commit.ts',
    find: `await guardLease(trx, lease);
    // First`,
    put: '// First',
    effect: 'A run that lost its lease stores a page and its cursor.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once the lease is released',
    },
  },
  {
    name: 'lease-check-cursor',
    file: 'src/outbox/commit.ts',
    find: `await guardLease(trx, lease);
    await writeCursor(trx, cursor)`,
    put: 'await writeCursor(trx, cursor)',
    effect: 'A run that lost its lease overwrites the start of the run that replaced it.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once another process has taken over the tenant',
    },
  },
  {
    name: 'lease-check-settle',
    file: 'src/outbox/queue.ts',
    find: `await guardLease(trx, lease);
    for (const settlement of settlements)`,
    put: 'for (const settlement of settlements)',
    effect: 'A run that lost its lease records a response as if it still owned the event.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once the lease is released',
    },
  },
  {
    name: 'lease-check-defer',
    file: 'src/outbox/queue.ts',
    find: `await guardLease(trx, lease);
    await trx
      .updateTable('event')
      .set({ not_before: event.at })`,
    put: `await trx
      .updateTable('event')
      .set({ not_before: event.at })`,
    effect: 'A run that lost its lease delays events of the run that replaced it.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once another process has taken over the tenant',
    },
  },
  {
    name: 'lease-check-release',
    file: 'src/outbox/queue.ts',
    find: `await guardLease(trx, lease);
    await trx
      .updateTable('event')
      .set({ not_before: null })`,
    put: `await trx
      .updateTable('event')
      .set({ not_before: null })`,
    effect: 'A run that lost its lease releases events that the other run has deferred.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once another process has taken over the tenant',
    },
  },
  {
    name: 'lease-check-run',
    file: 'src/db/runs.ts',
    find: 'await guardLease(trx, lease);',
    put: '',
    effect: 'A run that lost its lease records that it ended as planned.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once the lease is released',
    },
  },
  {
    name: 'lease-check-binding',
    file: 'src/db/bindings.ts',
    find: 'await guardLease(trx, lease);',
    put: '',
    effect: 'A run that lost its lease binds the tenant to another account.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'writes nothing once another process has taken over the tenant',
    },
  },
  {
    name: 'lease-check-backfill-begin',
    file: 'src/db/backfills.ts',
    find: `await guardLease(trx, lease);
    const known`,
    put: 'const known',
    effect: 'A run that lost its lease marks a window as being read.',
    caughtBy: {
      file: 'test/unit/db-backfills.test.ts',
      name: 'a run that lost the lease writes nothing',
    },
  },
  {
    name: 'lease-check-backfill-end',
    file: 'src/db/backfills.ts',
    find: `await guardLease(trx, lease);
    await trx
      .updateTable('backfill')`,
    put: `await trx
      .updateTable('backfill')`,
    effect: 'A run that lost its lease marks a window as read, and its rest is never read.',
    caughtBy: {
      file: 'test/unit/db-backfills.test.ts',
      name: 'a run that lost the lease writes nothing',
    },
  },
  {
    name: 'lease-check-forget',
    file: 'src/operator/forget.ts',
    find: 'await guardLease(trx, lease.key);',
    put: '',
    effect: 'forget erases rows while another run writes them again.',
    caughtBy: { file: 'test/pipeline/forget.test.ts', name: 'after it has stored the hash' },
  },
  {
    name: 'lease-check-remember',
    file: 'src/operator/forget.ts',
    find: 'await guardLease(trx, lease);',
    put: '',
    effect: 'forget stores its hash after it lost the lock.',
    caughtBy: { file: 'test/pipeline/forget.test.ts', name: 'before it stores the hash' },
  },
  {
    name: 'lease-check-rebind',
    file: 'src/operator/rebind.ts',
    find: 'await guardLease(trx, options.lease);',
    put: '',
    effect: 'rebind moves events while a run sends them.',
    caughtBy: {
      file: 'test/pipeline/another-account.test.ts',
      name: 'a rebind that loses the lock changes nothing',
    },
  },
  {
    name: 'lease-exclusive',
    file: 'src/db/leases.ts',
    find: 'if (current && isValidLease(current, now)) return false;',
    put: '',
    effect: 'Two runs work on one tenant at the same time.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'a lease has one holder, even among runs of one process',
    },
  },
  {
    name: 'lease-of-fast-clock',
    file: 'src/db/leases.ts',
    find: 'return lease.until <= now + LEASE_LIMITS.leaseMs + LEASE_LIMITS.clockDifferenceMsMax;',
    put: 'return true;',
    effect: 'The lock of a dead run lasts as long as its clock was ahead.',
    caughtBy: {
      file: 'test/unit/db-leases.test.ts',
      name: 'voids the lease of a dead run whose clock was hours ahead',
    },
  },
  {
    name: 'lease-loss-ends-run',
    file: 'src/runs/tenant-lease.ts',
    find: 'signals.lost.abort(error);',
    put: '',
    effect: 'A run that lost its lease keeps reading and sending.',
    caughtBy: {
      file: 'test/time/tenant-lease.test.ts',
      name: 'end the run once the lease has expired, since another run may have the lock',
    },
  },
  {
    name: 'page-and-cursor-atomic',
    file: 'src/outbox/commit.ts',
    find: `await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    // First`,
    put: `await db.connection().execute(async (trx) => {
    await guardLease(trx, lease);
    // First`,
    effect: 'A kill within a page leaves a part of it stored.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'a batch and its cursor are atomic: if one event fails, nothing is written',
    },
  },
  {
    name: 'cursor-after-events',
    file: 'src/outbox/commit.ts',
    find: 'const { tenant, now } = batch;',
    put: `const { tenant, now } = batch;
  if (batch.cursor) await writeCursor(db, { tenant, updatedAt: now, ...batch.cursor });`,
    effect:
      'After a kill, the next run starts behind shares that were never stored: they are lost.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'a batch and its cursor are atomic: if one event fails, nothing is written',
    },
  },
  {
    name: 'natural-key',
    file: 'src/outbox/write-events.ts',
    find: "conflict.columns(['tenant', 'event_id']).doNothing()",
    put: "conflict.columns(['tenant', 'event_id']).doUpdateSet((row) => ({ state: row.ref('excluded.state') }))",
    effect: 'Each share that is read again is sent again.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'reading a share again does not change an event that is',
    },
  },
  {
    name: 'decided-is-final',
    file: 'src/outbox/write-events.ts',
    find: "where('state', '=', 'held'),",
    put: "where('state', '!=', 'held'),",
    effect: 'A new decision about a held share overwrites an event that was sent in the meantime.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'a new decision about a held event does not change one that is',
    },
  },
  {
    name: 'awaiting-count',
    file: 'src/outbox/awaiting-audit-log.ts',
    find: 'numDeletedRows !== BigInt(chunk.length)',
    put: 'numDeletedRows === 0n',
    effect: 'A share that an operator queued meanwhile is reported a second time by the audit log.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'one of several replaced events that was queued in the meantime keeps all of them',
    },
  },
  {
    name: 'awaiting-only',
    file: 'src/outbox/awaiting-audit-log.ts',
    find: `.deleteFrom('event')
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)
      .where('state', '=', AWAITING_AUDIT_LOG.state)
      .where('reason', '=', AWAITING_AUDIT_LOG.reason)`,
    put: `.deleteFrom('event')
      .where('tenant', '=', tenant)
      .where('event_id', 'in', chunk)`,
    effect: 'An event that was sent meanwhile is deleted and sent again under another key.',
    caughtBy: {
      file: 'test/unit/outbox-commit.test.ts',
      name: 'one of several replaced events that was queued in the meantime keeps all of them',
    },
  },
  {
    name: 'begin-immediate',
    file: 'src/db/dialect.ts',
    find: "CompiledQuery.raw('begin immediate')",
    put: "CompiledQuery.raw('begin')",
    effect: 'A run fails at once if another process writes between its read and its write.',
    caughtBy: {
      file: 'test/unit/db-open.test.ts',
      name: 'a transaction takes the write lock when it begins, so that its own write never fails',
    },
  },
  {
    name: 'migrations-atomic',
    file: 'src/db/dialect.ts',
    find: 'return true;',
    put: 'return false;',
    effect: 'A kill during an upgrade leaves half a schema.',
    caughtBy: {
      file: 'test/migrations/migrations.test.ts',
      name: 'processes that start at once on a new file all get the newest schema',
    },
  },
  {
    name: 'newer-schema',
    file: 'src/db/migrate.ts',
    find: 'if (unknown.length === 0) return;',
    put: 'if (unknown.length >= 0) return;',
    effect: 'An older version writes into a database of a newer one.',
    caughtBy: {
      file: 'test/migrations/migrations.test.ts',
      name: 'a database of a newer version is refused, with what to do',
    },
  },
  {
    name: 'token-survives-power-cut',
    file: 'src/db/durably.ts',
    find: 'pragma synchronous = full',
    put: 'pragma synchronous = normal',
    effect: 'A power cut loses the only valid refresh token.',
    caughtBy: {
      file: 'test/unit/db-secrets.test.ts',
      name: 'tokens that are saved at the same time are each flushed to disk with their own commit',
    },
  },
  {
    name: 'start-survives-power-cut',
    file: 'src/runs/start-time.ts',
    find: 'durably(context.db, (db) => commitCursor(db, lease.key, cursor))',
    put: 'commitCursor(context.db, lease.key, cursor)',
    effect: 'After a power cut, shares made since the first sync are skipped as too old.',
    caughtBy: {
      file: 'test/faults/power-cut.test.ts',
      name: 'a power cut after a first sync without events: its start is on record',
    },
  },
  {
    name: 'baseline-survives-power-cut',
    file: 'src/runs/execute-run.ts',
    find: 'batch.recordsBaseline === true',
    put: 'false',
    effect:
      'After a power cut, Drive shares made since the first sync count as existing before it.',
    caughtBy: {
      file: 'test/faults/power-cut.test.ts',
      name: 'a power cut after a first sync of Drive: its baseline is on record',
    },
  },
  {
    name: 'quiet-run-waits-for-no-disk',
    file: 'src/runs/run-lifecycle.ts',
    find: 'await (unsynced.baseline ?',
    put: 'await (unsynced ?',
    effect: 'Each run of each tenant waits for the disk, even if it found nothing.',
    caughtBy: {
      file: 'test/faults/power-cut.test.ts',
      name: 'a run that finds nothing new does not wait for the disk',
    },
  },
  {
    name: 'frozen-migration',
    file: 'migrations/0001-outbox.ts',
    find: 'await createPacingTables(db);',
    put: 'await createPacingTables(db); // changed',
    effect: 'Databases of one version have different schemas, depending on when they were created.',
    caughtBy: {
      file: 'test/migrations/migrations.test.ts',
      name: 'released migrations are frozen, and every file of the folder is in the map',
    },
  },
  {
    name: 'read-only',
    file: 'src/db/open.ts',
    find: 'connection.forbidWriting();',
    put: '',
    effect: 'A dry run or status can change the database.',
    caughtBy: {
      file: 'test/unit/db-open.test.ts',
      name: 'a read-only connection changes no byte, and explains why it refuses to write',
    },
  },
  {
    name: 'restore-in-use',
    file: 'src/db/lock-for-restore.ts',
    find: 'requireNoLease(database, now);',
    put: '',
    effect: 'restore replaces the database under a run on another machine.',
    caughtBy: {
      file: 'test/faults/restore.test.ts',
      name: 'a run of another machine holds a lease that has not expired',
    },
  },
  {
    name: 'kept-databases-named',
    file: 'src/db/restore-files.ts',
    find: 'each.startsWith(name + KEPT) ||',
    put: '',
    effect:
      'A person stays in a previous database that `restore` kept, and the operator does not know it.',
    caughtBy: {
      file: 'test/cli/forget.test.ts',
      name: 'it names the files that restore left, which still contain the person',
    },
  },
];
