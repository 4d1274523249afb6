import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { formatHolder, isDead, thisProcess } from '../../src/db/holder.ts';
import {
  acquireLease,
  extendLease,
  guardLease,
  isLeased,
  LeaseLost,
  releaseLease,
} from '../../src/db/leases.ts';
import { beginRun, finishRun, latestRuns } from '../../src/db/runs.ts';
import type { Database } from '../../src/db/schema.ts';
import { commitBatch, commitCursor } from '../../src/outbox/commit.ts';
import { deferToNextRun, settle } from '../../src/outbox/queue.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { startChild } from '../support/child.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { batchOf, newEvent } from '../support/events.ts';

const NOW = Date.UTC(2026, 10, 2, 2);
const NAME = 'tenant acme';
/** another machine's process: whether it lives cannot be told from here */
const ELSEWHERE = { name: NAME, holder: 'other-machine/pid:[1]|42|4711|nonce' };
const mine = () => ({ name: NAME, holder: formatHolder(thisProcess()) });

test('a lease has one holder, also between two runs of one process', async () => {
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

test('of many runs that ask at once exactly one gets the lease', async () => {
  const { db } = await testDatabase();
  const asked = Array.from({ length: 12 }, () => acquireLease(db, mine(), NOW));
  expect((await Promise.all(asked)).filter((one) => one)).toHaveLength(1);
});

test('a lease that is not extended ends within a minute, and not before its time', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  expect(await acquireLease(db, mine(), NOW + 44_999)).toBe(false);
  expect(await isLeased(db, NAME, NOW + 44_999)).toBe(true);
  expect(await isLeased(db, NAME, NOW + 60_000)).toBe(false);
  expect(await acquireLease(db, mine(), NOW + 60_000)).toBe(true);
});

test('a heartbeat holds on to the lease', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  for (let at = NOW; at < NOW + 300_000; at += 15_000) {
    await extendLease(db, ELSEWHERE, at);
    expect(await acquireLease(db, mine(), at + 15_000)).toBe(false);
  }
});

test('giving back a lease that another one holds by now takes nothing from him', async () => {
  const { db } = await testDatabase();
  await acquireLease(db, ELSEWHERE, NOW);
  const next = mine();
  await acquireLease(db, next, NOW + 60_000);
  await releaseLease(db, ELSEWHERE);
  await expect(extendLease(db, ELSEWHERE, NOW + 60_000)).rejects.toBeInstanceOf(LeaseLost);
  await expect(extendLease(db, next, NOW + 60_000)).resolves.toBeUndefined();
});

test('of many processes one gets the lease, and when it is killed it is free at once', async () => {
  const { db, setting } = await testDatabase();
  const children = [1, 2, 3].map(() => startChild('hold-lease.ts', { args: [setting, `${NOW}`] }));
  const said = await Promise.all(children.map((child) => child.line()));
  expect(said.toSorted()).toEqual(['busy', 'busy', 'held']);
  expect(await acquireLease(db, mine(), NOW)).toBe(false);
  const holder = children[said.indexOf('held')];
  holder?.kill('SIGKILL');
  await holder?.ended();
  expect(await isLeased(db, NAME, NOW)).toBe(false);
  expect(await acquireLease(db, mine(), NOW)).toBe(true);
});

test('a killed holder is free although its parent has not noticed', async () => {
  const { db, setting } = await testDatabase();
  // `sleep` takes the place of the shell that started it, and never asks how it ended.
  const wrap = 'exec 3<&0; "$@" <&3 & exec sleep 60';
  const holder = startChild('hold-lease.ts', { args: [setting, `${NOW}`], wrap });
  expect(await holder.line()).toBe('held');
  const { holder: name } = await db.selectFrom('lease').select('holder').executeTakeFirstOrThrow();
  const pid = Number(name.split('|')[1]);
  expect(isDead(name)).toBe(false);
  process.kill(pid, 'SIGKILL');
  while (!isDead(name)) await delay(1);
  expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await acquireLease(db, mine(), NOW)).toBe(true);
});

test('a stopped process loses its lease in time; when it wakes it writes nothing', async () => {
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
    'another process took over tenant acme while this one stood still; it wrote nothing since',
  );
  expect(await db.selectFrom('event').select('event_id').execute()).toEqual([
    { event_id: 'before' },
  ]);
});

describe('who holds a lease', () => {
  const alive = thisProcess();

  test('is alive while its process is', () => {
    expect(isDead(formatHolder(alive))).toBe(false);
  });

  test('is dead when its process is gone, or its number belongs to another process now', () => {
    expect(isDead(formatHolder({ ...alive, process: 0x7fff_fffe }))).toBe(true);
    expect(isDead(formatHolder({ ...alive, processStarted: '1' }))).toBe(true);
  });

  test('is never taken for dead where the machine is another one or cannot be told', () => {
    const gone = { ...alive, process: 0x7fff_fffe };
    expect(isDead(formatHolder({ ...gone, machine: 'other-boot/pid:[4026531836]' }))).toBe(false);
    expect(isDead(formatHolder({ ...gone, machine: '' }))).toBe(false);
    expect(isDead('')).toBe(false);
  });

  test('differs between two runs of one process', () => {
    expect(formatHolder(thisProcess())).not.toBe(formatHolder(thisProcess()));
  });
});

const goodReport = reportOf(new RunCounters(), {
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

/** Everything that a run writes under its lease. */
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
  settle: (db, lease) => settle(db, lease, SETTLEMENT),
  deferPending: (db, lease) => deferToNextRun(db, lease, SETTLEMENT),
  finishRun: (db, lease) => finishRun(db, lease, { runId: 'run', report: goodReport }),
};

async function allRows(db: Database): Promise<unknown> {
  const tables = ['cursor', 'event', 'attempt', 'run', 'lease'] as const;
  return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
}

describe.for(Object.entries(WRITES))('%s', ([, write]) => {
  async function workedOn() {
    const { db, open } = await testDatabase();
    const lease = await heldLease(db, NOW);
    await beginRun(db, { runId: 'run', tenant: 'acme', kind: 'sync', startedAt: NOW });
    const { body: _, ...held } = newEvent('held', { state: 'held' });
    await commitBatch(db, lease, batchOf([newEvent('waiting'), held]));
    return { db, other: open(), lease };
  }

  test('writes nothing once another process has taken the tenant over', async () => {
    const { db, other, lease } = await workedOn();
    const taken = await acquireLease(other, ELSEWHERE, NOW + 60_000);
    expect(taken).toBe(true);
    const before = await allRows(db);
    await expect(write(db, lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await allRows(db)).toEqual(before);
  });

  test('writes nothing once the lease was given back', async () => {
    const { db, lease } = await workedOn();
    await releaseLease(db, lease);
    const before = await allRows(db);
    await expect(write(db, lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await allRows(db)).toEqual(before);
  });

  test('control: the holder writes, also after his time was up and nobody came', async () => {
    const { db, lease } = await workedOn();
    const before = await allRows(db);
    await write(db, lease);
    expect(await allRows(db)).not.toEqual(before);
  });
});

test('the guard sees what was committed a moment ago by another connection', async () => {
  const { db, open } = await testDatabase();
  const lease = await heldLease(db, NOW);
  await db.transaction().execute((trx) => guardLease(trx, lease));
  await acquireLease(open(), ELSEWHERE, NOW + 60_000);
  const guarded = db.transaction().execute((trx) => guardLease(trx, lease));
  await expect(guarded).rejects.toThrow('took over tenant acme');
});

test('runs are listed newest first, and one that never finished has no outcome', async () => {
  const { db } = await testDatabase();
  const lease = await heldLease(db, NOW);
  for (const [index, tenant] of ['acme', 'acme', 'other', 'acme'].entries()) {
    const runId = `run-${index}`;
    await beginRun(db, { runId, tenant, kind: 'sync', startedAt: NOW + index });
  }
  await finishRun(db, lease, { runId: 'run-1', report: goodReport });
  const end = { finishedAt: NOW + 9, outcome: 'ok', report: goodReport };
  const first = { tenant: 'acme', kind: 'sync' };
  expect(await latestRuns(db, { tenant: 'acme', limit: 2 })).toEqual([
    { ...first, runId: 'run-3', startedAt: NOW + 3 },
    { ...first, runId: 'run-1', startedAt: NOW + 1, ...end },
  ]);
});
