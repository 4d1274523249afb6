import { describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { formatHolder, thisProcess } from '../../src/db/holder.ts';
import { LEASE_LIMITS } from '../../src/db/limits.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { Duties } from '../../src/queue/duties.ts';
import { whileVisible } from '../../src/queue/visible-lease.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import { testDatabase } from '../support/database.ts';
import { breakDatabase, repairDatabase } from '../support/failing-database.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const { signal: never } = new AbortController();
const TENANTS = tenantsOf('acme');

function tenantsOf(...names: readonly string[]): readonly TenantConfig[] {
  // The only part that the lease uses.
  return names.map((tenant) => ({ tenant })) as unknown as readonly TenantConfig[];
}

async function context() {
  const clock = new VirtualClock();
  const { db } = await testDatabase();
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const holder = () => formatHolder(thisProcess());
  // The parts of a context that the lease uses.
  const parts: Pick<AppContext, 'db' | 'clock' | 'log' | 'holder'> = { db, clock, log, holder };
  const leases = () => db.selectFrom('lease').selectAll().execute();
  return { context: parts as AppContext, clock, db, leases, warnings };
}

describe('the lease of a process that is idle', () => {
  test('is valid until the process ends, and costs four writes a minute', async () => {
    const { context: own, clock, leases } = await context();
    const working = whileVisible(own, never, async () => {
      await clock.sleep(60 * 60_000);
      return 'done';
    });
    const ends = new Set<number>();
    for (let seconds = 0; seconds < 3_600; seconds += 5) {
      await clock.pass(5_000);
      const [lease] = await leases();
      if (lease === undefined) break;
      expect(lease.until).toBeGreaterThan(clock.now());
      ends.add(lease.until);
    }
    expect(await clock.run(working)).toBe('done');
    expect(ends.size).toBeGreaterThan(200);
    expect(ends.size).toBeLessThanOrEqual(240);
    expect(await leases()).toEqual([]);
    expect(clock.sleepers).toBe(0);
  });

  test('is released if the work fails, and the failure is thrown', async () => {
    const { context: own, leases } = await context();
    const failing = whileVisible(own, never, async () => {
      expect(await leases()).toHaveLength(1);
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(await leases()).toEqual([]);
  });

  test('is taken again after a failure of the database, or after another process had it', async () => {
    const { context: own, clock, db, leases, warnings } = await context();
    const first = new Duties(own, () => TENANTS);
    await first.hold();
    const second = new Duties(own, () => TENANTS);
    await second.hold();
    expect([first.isHeld, second.isHeld]).toEqual([true, false]);
    first.suspend();
    expect(first.isHeld).toBe(false);
    await first.hold();
    expect(first.isHeld).toBe(true);
    await clock.pass(LEASE_LIMITS.leaseMs + 1);
    await second.hold();
    await first.hold();
    expect([first.isHeld, second.isHeld]).toEqual([false, true]);
    await first.release();
    expect(await leases()).toHaveLength(1);
    await second.release();

    const working = whileVisible(own, never, async () => {
      await breakDatabase(db);
      await clock.sleep(LEASE_LIMITS.heartbeatMs + 1);
      await repairDatabase(db);
      await clock.sleep(LEASE_LIMITS.heartbeatMs + 1);
      return leases();
    });
    expect(await clock.run(working)).toHaveLength(1);
    expect(warnings).toEqual([
      expect.stringMatching(/^this process could not report whether it is/),
    ]);
  });

  test('is one of its own: if another process ends, this one stays visible', async () => {
    const { context: own, clock, leases } = await context();
    const namesOf = async () => (await leases()).map(({ name }) => name);
    const first = whileVisible(own, never, () => clock.sleep(1_000));
    await clock.pass(0);
    const second = whileVisible(own, never, () => clock.sleep(60_000));
    await clock.pass(500);
    expect(await namesOf()).toEqual(['duties 1', 'duties 2']);
    await clock.run(first);
    expect(await namesOf()).toEqual(['duties 2']);
    await clock.run(second);
    expect(await leases()).toEqual([]);
  });

  test('is replaced by another one if it was lost while the process was suspended', async () => {
    const { context: own, clock, db, leases } = await context();
    const other = formatHolder(thisProcess());
    const working = whileVisible(own, never, async () => {
      await db.updateTable('lease').set({ holder: other }).execute();
      await clock.sleep(LEASE_LIMITS.heartbeatMs + 1);
      return leases();
    });
    const held = await clock.run(working);
    expect(held.map(({ name }) => name)).toEqual(['duties 1', 'duties 2']);
    expect(await leases()).toMatchObject([{ name: 'duties 1', holder: other }]);
  });

  test('moves with the tenants of the configuration', async () => {
    const { context: own, leases } = await context();
    let tenants = TENANTS;
    const duties = new Duties(own, () => tenants);
    await duties.hold();
    const [before] = await leases();
    tenants = tenantsOf('globex');
    await duties.hold();
    const after = await leases();
    expect(after).toHaveLength(1);
    expect(after[0]?.name).not.toBe(before?.name);
    expect(duties.isHeld).toBe(true);
  });
});
