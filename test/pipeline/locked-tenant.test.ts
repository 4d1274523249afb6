import { expect, onTestFinished, test } from 'vitest';
import { executeQueued } from '../../src/cli/service/execute-queued.ts';
import { acquireLease, releaseLease } from '../../src/db/leases.ts';
import type { QueuedRun } from '../../src/queue/run-queue.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import { leaseName } from '../../src/runs/tenant-lease.ts';
import { Alerts } from '../../src/service/alerts.ts';
import { recordLog } from '../support/recorded-log.ts';
import { startWorld } from '../support/world.ts';

const SECOND_MS = 1_000;

test('a due run whose tenant is locked is attempted often, and logged once per minute', async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { log, lines } = recordLog({ isDebug: false });
  const context: AppContext = { ...(await world.context()), log };
  const { signal } = new AbortController();
  const tools = {
    context,
    tenants: [world.tenant],
    alerts: new Alerts(context, signal),
    signal,
    listenersOf: () => [],
    addRun: () => {},
    inEffect: () => ({ context, tenants: [world.tenant] }),
    addHistory: async () => {},
  };
  const { tenant } = world.tenant;
  const manual = { name: leaseName(tenant), holder: context.holder() };
  await acquireLease(context.db, manual, world.clock.now());

  const dueAt = world.clock.now();
  let entry: QueuedRun = { kind: 'due', tenant, dueAt, why: 'schedule', failures: 0, busy: 0 };
  const loggedAt: string[] = [];
  let attempts = 0;
  for (let seconds = 0; seconds <= 300; attempts += 1) {
    const before = lines.length;
    const end = await executeQueued(tools, entry);
    const logged = lines.slice(before).filter(({ level }) => level !== 'debug');
    loggedAt.push(...logged.map(({ message }) => `${seconds} s: ${message}`));
    if (end.kind !== 'put back') throw new Error('the run was not put back');
    entry = end.entry;
    seconds += end.delayMs / SECOND_MS;
  }
  expect(attempts).toBeGreaterThan(12);
  const warning = 'scheduled run skipped: another run has locked the tenant';
  expect(loggedAt).toEqual(
    [0, 60, 120, 180, 240, 300].map((seconds) => `${seconds} s: ${warning}`),
  );
  await releaseLease(context.db, manual);
  expect(await executeQueued(tools, entry)).toEqual({ kind: 'finished' });
});
