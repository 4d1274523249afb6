import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { recordBinding } from '../../src/db/bindings.ts';
import { formatHolder, stateOf, thisProcess } from '../../src/db/holder.ts';
import {
  acquireLease,
  extendLease,
  guardLease,
  isLeased,
  releaseLease,
} from '../../src/db/leases.ts';
import { beginRun, finishRun, latestRuns } from '../../src/db/runs.ts';
import type { Database } from '../../src/db/schema.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { commitBatch, commitCursor } from '../../src/outbox/commit.ts';
import { deferToNextRun, releaseDeferred, settle } from '../../src/outbox/queue.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { startChild } from '../support/child.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const NOW = Date.UTC(2026, 10, 2, 2);
const NAME = 'tenant acme';
/** a process of another machine: whether it is alive is unknown here */
const ELSEWHERE = { name: NAME, holder: 'other-machine/pid:[1]|42|4711|nonce' };
const mine = () => ({ name: NAME, holder: formatHolder(thisProcess()) });

test('a lease has one holder, even among runs of one process', async () => {
  const { db, open } = await testDatabase();
  const first = mine();
  expect(await acquireLease(db, first, NOW)).toBe(true);
  expect(await acquireLease(open(), mine(), NOW)).toBe(false);
  expect(await acquireLease(db, { ...mine(), name: 'tenant other' }, NOW)).toBe(true);
  expect(await isLeased(db, NAME, NOW)).toBe(true);
  await releaseLease(db, first);
  expect(await isLeased(db, NAME, NOW)).toBe(false);
  expect(await acquireLease(open(), mine(), NOW)).toBe(true);
});

test('if many runs request the lease at once, exactly one gets it', async () => {
  const { db } = await testDatabase();
  const requests = Array.from({ length: 12 }, () => acquireLease(db, mine(), NOW));
  expect((await Promise.all(requests)).filter((one) => one)).toHaveLength(1);
});

test('a lease that is not extended expires within a minute, but not early', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  expect(await acquireLease(db, mine(), NOW + 44_999)).toBe(false);
  expect(await isLeased(db, NAME, NOW + 44_999)).toBe(true);
  expect(await isLeased(db, NAME, NOW + 60_000)).toBe(false);
  expect(await acquireLease(db, mine(), NOW + 60_000)).toBe(true);
});

test('voids the lease of a dead run whose clock was hours ahead', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW + 50 * 3_600_000);
  expect(await isLeased(db, NAME, NOW)).toBe(false);
  expect(await acquireLease(db, mine(), NOW)).toBe(true);
});

test('a clock that is ahead by seconds only delays the end of a lease, within a minute', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW + 10_000);
  expect(await acquireLease(db, mine(), NOW)).toBe(false);
  expect(await acquireLease(db, mine(), NOW + 60_000)).toBe(true);
});

test('control: keeps the lease of a live run if the clock was set back by hours', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, mine(), NOW);
  expect(await acquireLease(db, mine(), NOW - 50 * 3_600_000)).toBe(false);
  expect(await isLeased(db, NAME, NOW - 50 * 3_600_000)).toBe(true);
});

test('a heartbeat extends the lease', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  for (let at = NOW; at < NOW + 300_000; at += 15_000) {
    await extendLease(db, ELSEWHERE, at);
    expect(await acquireLease(db, mine(), at + 15_000)).toBe(false);
  }
});

test('a former holder that releases the lease does not affect the current holder', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  const next = mine();
  await acquireLease(db, next, NOW + 60_000);
  await releaseLease(db, ELSEWHERE);
  await expect(extendLease(db, ELSEWHERE, NOW + 60_000)).rejects.toBeInstanceOf(LeaseLost);
  await expect(extendLease(db, next, NOW + 60_000)).resolves.toBeUndefined();
});

test('one of many processes gets the lease; if it is killed, the lease is free immediately', async () => {
  const { db, setting } = await testDatabase();
  const children = [1, 2, 3].map(() => startChild('hold-lease.ts', { args: [setting, `${NOW}`] }));
  const states = await Promise.all(children.map((child) => child.line()));
  expect(states.toSorted()).toEqual(['busy', 'busy', 'held']);
  expect(await acquireLease(db, mine(), NOW)).toBe(false);
  const holder = children[states.indexOf('held')];
  holder?.kill('SIGKILL');
  await holder?.ended();
  expect(await isLeased(db, NAME, NOW)).toBe(false);
  expect(await acquireLease(db, mine(), NOW)).toBe(true);
});

test('the lease of a killed holder is free even if its parent has not noticed', async () => {
  const { db, setting } = await testDatabase();
  // `sleep` replaces the shell that started it, and never waits for its child.
  const wrap = 'exec 3<&0; "$@" <&3 & exec sleep 60';
  const holder = startChild('hold-lease.ts', { args: [setting, `${NOW}`], wrap });
  expect(await holder.line()).toBe('held');
  const { holder: name } = await db.selectFrom('lease').select('holder').executeTakeFirstOrThrow();
  const pid = Number(name.split('|')[1]);
  expect(stateOf(name)).not.toBe('dead');
  process.kill(pid, 'SIGKILL');
  while (stateOf(name) !== 'dead') await delay(1);
  expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await acquireLease(db, mine(), NOW)).toBe(true);
});

test('a suspended process loses its lease in time; once it continues, it writes nothing', async () => {
  const { db, setting } = await testDatabase();
  const holder = startChild('hold-lease.ts', { args: [setting, `${NOW}`] });
  expect(await holder.line()).toBe('held');
  holder.send('before');
  expect(await holder.line()).toBe('committed');
  holder.kill('SIGSTOP');
  holder.send('after');
  expect(await acquireLease(db, mine(), NOW + 44_000)).toBe(false);
  expect(await acquireLease(db, mine(), NOW + 60_000)).toBe(true);
  holder.kill('SIGCONT');
  expect(await holder.line()).toBe(
    'another process took over tenant acme while this one was suspended; it wrote nothing since',
  );
  expect(await db.selectFrom('event').select('event_id').execute()).toEqual([
    { event_id: 'before' },
  ]);
});

describe('the holder of a lease', () => {
  const alive = thisProcess();

  test('is alive while its process is alive', () => {
    expect(stateOf(formatHolder(alive))).not.toBe('dead');
  });

  test('is dead if its process has ended, or another process has its id', () => {
    expect(stateOf(formatHolder({ ...alive, process: 0x7fff_fffe }))).toBe('dead');
    expect(stateOf(formatHolder({ ...alive, processStarted: '1' }))).toBe('dead');
  });

  test('never counts as dead on another or an unknown machine', () => {
    const gone = { ...alive, process: 0x7fff_fffe };
    expect(stateOf(formatHolder({ ...gone, machine: 'other-boot/pid:[4026531836]' }))).not.toBe(
      'dead',
    );
    expect(stateOf(formatHolder({ ...gone, machine: '' }))).not.toBe('dead');
    expect(stateOf('')).not.toBe('dead');
  });

  test('differs between two runs of one process', () => {
    expect(formatHolder(thisProcess())).not.toBe(formatHolder(thisProcess()));
  });
});

const okReport = reportOf(new RunCounters(), {
  tenant: 'acme',
  kind: 'sync',
  outcome: 'ok',
  startedAt: NOW,
  finishedAt: NOW + 9,
  pending: 0,
});

const SETTLEMENT = {
  tenant: 'acme',
  eventId: 'waiting',
  at: NOW,
  outcome: 'accepted',
  stateEvent: 'accept',
  errors: [],
} as const;

/** Everything that a run writes with its lease. */
const WRITES: Readonly<Record<string, (db: Database, lease: typeof ELSEWHERE) => Promise<void>>> = {
  commitBatch: (db, lease) =>
    commitBatch(
      db,
      lease,
      batchOf([newEvent('new')], {
        reconsidered: [newEvent('held')],
        cursor: { stream: 'salesforce', position: 'moved' },
      }),
    ),
  keepCursor: (db, lease) =>
    commitCursor(db, lease, {
      tenant: 'acme',
      stream: 'salesforce',
      position: 'moved',
      updatedAt: NOW,
    }),
  settle: (db, lease) => settle(db, lease, [SETTLEMENT]),
  deferPending: (db, lease) => deferToNextRun(db, lease, SETTLEMENT),
  releaseDeferred: (db, lease) =>
    releaseDeferred(db, lease, { tenant: 'acme', runStartedAt: NOW - 1 }),
  recordBinding: (db, lease) =>
    recordBinding(db, lease, {
      tenant: 'acme',
      vendor: 'gong',
      identity: { credentials: 'new' },
      now: NOW,
    }),
  finishRun: (db, lease) => finishRun(db, lease, { runId: 'run', report: okReport }),
};

async function allRows(db: Database): Promise<unknown> {
  const tables = ['cursor', 'event', 'attempt', 'run', 'lease', 'binding'] as const;
  return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
}

describe.for(Object.entries(WRITES))('%s', ([, write]) => {
  async function databaseInUse() {
    const { db, open } = await testDatabase();
    const lease = await heldLease(db, NOW);
    await beginRun(db, { runId: 'run', tenant: 'acme', kind: 'sync', startedAt: NOW });
    const { body: _, ...held } = newEvent('held', { state: 'held' });
    await commitBatch(db, lease, batchOf([newEvent('waiting'), newEvent('deferred'), held]));
    await deferToNextRun(db, lease, { tenant: 'acme', eventId: 'deferred', at: NOW });
    return { db, other: open(), lease };
  }

  test('writes nothing once another process has taken over the tenant', async () => {
    const { db, other, lease } = await databaseInUse();
    const taken = await acquireLease(other, ELSEWHERE, NOW + 60_000);
    expect(taken).toBe(true);
    const before = await allRows(db);
    await expect(write(db, lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await allRows(db)).toEqual(before);
  });

  test('writes nothing once the lease is released', async () => {
    const { db, lease } = await databaseInUse();
    await releaseLease(db, lease);
    const before = await allRows(db);
    await expect(write(db, lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await allRows(db)).toEqual(before);
  });

  test('control: the holder writes, even with an expired lease that no one took', async () => {
    const { db, lease } = await databaseInUse();
    const before = await allRows(db);
    await write(db, lease);
    expect(await allRows(db)).not.toEqual(before);
  });
});

test('the guard sees what another connection has just committed', async () => {
  const { db, open } = await testDatabase();
  const lease = await heldLease(db, NOW);
  await db.transaction().execute((trx) => guardLease(trx, lease));
  await acquireLease(open(), ELSEWHERE, NOW + 60_000);
  const guarded = db.transaction().execute((trx) => guardLease(trx, lease));
  await expect(guarded).rejects.toThrow('took over tenant acme');
});

test('runs are listed newest first, and an unfinished run has no outcome', async () => {
  const { db } = await testDatabase();
  const lease = await heldLease(db, NOW);
  for (const [index, tenant] of ['acme', 'acme', 'other', 'acme'].entries()) {
    const runId = `run-${index}`;
    await beginRun(db, { runId, tenant, kind: 'sync', startedAt: NOW + index });
  }
  await finishRun(db, lease, { runId: 'run-1', report: okReport });
  const end = { finishedAt: NOW + 9, outcome: 'ok', report: okReport };
  const first = { tenant: 'acme', kind: 'sync' };
  expect(await latestRuns(db, { tenant: 'acme', limit: 2 })).toEqual([
    { ...first, runId: 'run-3', startedAt: NOW + 3 },
    { ...first, runId: 'run-1', startedAt: NOW + 1, ...end },
  ]);
});
