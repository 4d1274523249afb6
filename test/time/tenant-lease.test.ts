import { describe, expect, test, vi } from 'vitest';
import { UNWATCHED_FILES } from '../../src/db/database-files.ts';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { acquireLease, isLeased, releaseLease, withLease } from '../../src/db/leases.ts';
import { LEASE_LIMITS } from '../../src/db/limits.ts';
import { DatabaseError, LeaseLost } from '../../src/lib/errors.ts';
import { type LogFields, silentLogger } from '../../src/lib/log.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import { withTenantLease } from '../../src/runs/tenant-lease.ts';
import { testDatabase } from '../support/database.ts';
import { breakDatabase, repairDatabase } from '../support/failing-database.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NAME = 'tenant acme';
const ELSEWHERE = { name: NAME, holder: 'other-machine/pid:[1]|42|4711|nonce' };
const { signal: never } = new AbortController();
const ACME = { tenant: 'acme', signal: never };

async function context() {
  const clock = new VirtualClock();
  const { db } = await testDatabase();
  const errors: [string, LogFields | undefined][] = [];
  const warnings: string[] = [];
  const log = {
    ...silentLogger,
    warn: (message: string) => warnings.push(message),
    error: (message: string, fields?: LogFields) => errors.push([message, fields]),
  };
  const holder = () => formatHolder(thisProcess());
  // The parts of a run's context that the lease uses.
  const parts: Pick<AppContext, 'db' | 'databaseFiles' | 'clock' | 'log' | 'holder'> = {
    db,
    databaseFiles: UNWATCHED_FILES,
    clock,
    log,
    holder,
  };
  return { context: parts as AppContext, clock, db, errors, warnings };
}

describe('the tenant lock of a run', () => {
  test('excludes every other run exactly until the run ends', async () => {
    const { context: own, clock, db } = await context();
    const work = withTenantLease(own, ACME, async () => {
      await clock.sleep(3 * 60 * 60_000);
      return 'done';
    });
    for (let minutes = 0; minutes < 170; minutes += 17) {
      await clock.pass(17 * 60_000);
      expect(await withTenantLease(own, ACME, async () => 'second')).toBeUndefined();
      expect(await acquireLease(db, ELSEWHERE, clock.now())).toBe(false);
    }
    expect(await clock.run(work)).toBe('done');
    expect(await isLeased(db, NAME, clock.now())).toBe(false);
    expect(await withTenantLease(own, ACME, async () => 'third')).toBe('third');
    expect(clock.sleepers).toBe(0);
  });

  test('is released even if the run fails, and the failure is thrown', async () => {
    const { context: own, clock, db } = await context();
    const work = withTenantLease(own, ACME, async () => {
      await clock.sleep(20_000);
      throw new Error('the work failed');
    });
    await expect(clock.run(work)).rejects.toThrow('the work failed');
    expect(await isLeased(db, NAME, clock.now())).toBe(false);
    expect(clock.sleepers).toBe(0);
  });

  test('does not change the result of the run if it cannot be released', async () => {
    const { context: own, clock, db, warnings } = await context();
    const worked = withTenantLease(own, ACME, async () => {
      await breakDatabase(db);
      return 'done';
    });
    expect(await clock.run(worked)).toBe('done');
    expect(warnings).toEqual([expect.stringContaining('tenant acme')]);
    await repairDatabase(db);
    clock.advance(LEASE_LIMITS.leaseMs + 1);
    const failed = withTenantLease(own, ACME, async () => {
      await breakDatabase(db);
      throw new Error('the work failed');
    });
    await expect(clock.run(failed)).rejects.toThrow('the work failed');
  });

  test('does not exclude runs of other tenants', async () => {
    const { context: own } = await context();
    const inner = () => withTenantLease(own, { ...ACME, tenant: 'other' }, async () => 'both');
    expect(await withTenantLease(own, ACME, inner)).toBe('both');
  });

  test('forwards the abort of its signal', async () => {
    const { context: own, clock } = await context();
    const stop = new AbortController();
    const work = withTenantLease(own, { ...ACME, signal: stop.signal }, ({ signal }) =>
      clock.sleep(60_000, signal),
    );
    await clock.pass(1_000);
    stop.abort(new Error('stop requested'));
    await expect(clock.run(work)).rejects.toThrow('stop requested');
  });
});

describe('a run that lost its lock', () => {
  async function taken() {
    const { context: own, clock, db, errors } = await context();
    const work = withTenantLease(own, ACME, ({ signal }) => clock.sleep(600_000, signal));
    await clock.pass(1_000);
    await db.updateTable('lease').set({ holder: ELSEWHERE.holder }).execute();
    return { work, clock, db, errors };
  }

  test('is aborted within a heartbeat, and logs it', async () => {
    const { work, clock, errors } = await taken();
    const start = clock.now();
    await expect(clock.run(work)).rejects.toBeInstanceOf(LeaseLost);
    expect(clock.now() - start).toBeLessThanOrEqual(LEASE_LIMITS.heartbeatMs);
    const fields = { stage: 'run', lease: NAME };
    expect(errors).toEqual([[expect.stringContaining('took over tenant acme'), fields]]);
  });

  test('does not release the lock of the new holder', async () => {
    const { work, clock, db } = await taken();
    await expect(clock.run(work)).rejects.toBeInstanceOf(LeaseLost);
    expect(await db.selectFrom('lease').select('holder').execute()).toEqual([
      { holder: ELSEWHERE.holder },
    ]);
  });
});

test('a heartbeat that cannot be written ends the run with its error', async () => {
  const { context: own, clock, db } = await context();
  const work = withTenantLease(own, ACME, ({ signal }) => clock.sleep(600_000, signal));
  await clock.pass(1_000);
  await db.destroy();
  await expect(clock.run(work)).rejects.toThrow();
});

describe('failing heartbeats', () => {
  /** A database in which the next `times` heartbeats fail. */
  async function locked(times: number) {
    const parts = await context();
    const update = vi.spyOn(parts.db, 'updateTable');
    for (let refused = 0; refused < times; refused += 1) {
      update.mockImplementationOnce(() => {
        throw new DatabaseError('the database is locked by another process');
      });
    }
    return parts;
  }

  test('are retried while the lease lasts, so that one failure does not end the run', async () => {
    const { context: own, clock } = await locked(1);
    const work = withTenantLease(own, ACME, ({ signal }) => clock.sleep(600_000, signal));
    await expect(clock.run(work)).resolves.toBeUndefined();
  });

  test('end the run once the lease has expired, since another run may have the lock', async () => {
    const { context: own, clock } = await locked(100);
    const start = clock.now();
    const work = withTenantLease(own, ACME, ({ signal }) => clock.sleep(600_000, signal));
    await expect(clock.run(work)).rejects.toThrow('locked by another process');
    expect(clock.now() - start).toBeLessThanOrEqual(LEASE_LIMITS.leaseMs);
  });
});

test('a lease outlasts two missed heartbeats, and expires within a minute', () => {
  expect(LEASE_LIMITS.leaseMs).toBeGreaterThan(2 * LEASE_LIMITS.heartbeatMs);
  expect(LEASE_LIMITS.leaseMs).toBeLessThanOrEqual(60_000);
});

describe('withLease', () => {
  const KEY = { name: 'tokens', holder: formatHolder(thisProcess()) };

  test('waits for the holder, and releases the lease even after a failure', async () => {
    const { clock, db } = await context();
    await acquireLease(db, { ...ELSEWHERE, name: 'tokens' }, clock.now());
    let worked = false;
    const work = withLease({ db, clock }, KEY, async () => {
      worked = true;
      throw new Error('the work failed');
    });
    await clock.pass(5_000);
    expect(worked).toBe(false);
    await releaseLease(db, { ...ELSEWHERE, name: 'tokens' });
    await expect(clock.run(work)).rejects.toThrow('the work failed');
    expect(worked).toBe(true);
    expect(await isLeased(db, 'tokens', clock.now())).toBe(false);
  });

  test('waits at most a minute for a holder that died on another machine', async () => {
    const { clock, db } = await context();
    await acquireLease(db, { ...ELSEWHERE, name: 'tokens' }, clock.now());
    const start = clock.now();
    expect(await clock.run(withLease({ db, clock }, KEY, async () => 'done'))).toBe('done');
    expect(clock.now() - start).toBeLessThanOrEqual(60_000);
  });
});
