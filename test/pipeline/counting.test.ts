import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { callsOfDay } from '../../src/db/calls.ts';
import { findActionable } from '../../src/operator/retry-and-skip.ts';
import { statusOf } from '../../src/operator/status.ts';
import type { RunListener } from '../../src/runs/run-events.ts';
import { RunBroken } from '../../src/runs/run-lifecycle.ts';
import { firstStart } from '../../src/runs/start-time.ts';
import { runSync } from '../../src/runs/sync.ts';
import { tryRun } from '../../src/runs/tenant-run.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { runTenants } from '../../src/service/run-tenants.ts';
import { gongAccountOf } from '../../src/vendors/gong/account.ts';
import { ON_SQLITE } from '../support/database.ts';
import { breakDatabase } from '../support/failing-database.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

test('a request that was not sent is counted neither in the report nor in the day', async () => {
  deliver(2);
  const unreachable = { ...world.tenant.gong, baseUrl: 'http://127.0.0.1:9' };
  const tenant = { ...world.tenant, gong: unreachable };
  const report = await world.sync({ tenant });
  expect(report).toMatchObject({ outcome: 'partial', pending: 2, calls: { gong: 0 } });
  const { db } = await world.context();
  expect(await callsOfDay(db, gongAccountOf(unreachable), world.clock.now())).toBe(0);
});

test('control: a request without a response is counted in both', async () => {
  deliver(1);
  const action = { kind: 'answer', status: 503, body: '' } as const;
  world.server.faults.add({ vendor: 'gong', action });
  expect(await world.sync()).toMatchObject({ pending: 1, calls: { gong: 5 } });
  const { db } = await world.context();
  expect(await callsOfDay(db, gongAccountOf(world.tenant.gong), world.clock.now())).toBe(5);
});

test('an absurd Retry-After pauses for at most a day, and status shows until when', async () => {
  deliver(1);
  const headers = { 'retry-after': '9000000000000' };
  const action = { kind: 'answer', status: 429, headers, body: '{}' } as const;
  world.server.faults.add({ vendor: 'gong', times: 1, action });
  await world.sync();
  const [status] = await statusOf(await world.context(), [world.tenant], nextDue);
  const hours = ((status?.gong.pausedUntil ?? 0) - world.clock.now()) / (60 * 60_000);
  expect(hours).toBeGreaterThan(23);
  expect(hours).toBeLessThanOrEqual(24);
});

test('an event that already is as the operator wants it is left alone', async () => {
  world.org.deliver({ title: 'Deck', fields: { DistributionPublicUrl: null } });
  await world.sync();
  const context = await world.context();
  const [row] = await context.db.selectFrom('event').select('event_id').execute();
  const eventIds = [row?.event_id ?? ''];
  const request = { eventIds, action: 'skip' } as const;
  expect(await findActionable(context, [world.tenant], request)).toEqual([]);
});

test('a run that a bug ends still reports what it sent and what is pending', async () => {
  const [first = ''] = deliver(30);
  await world.sync({ push: 'queue-only' });
  const context = await world.context();
  // Incomplete JSON, which the product never writes.
  await context.db
    .updateTable('event')
    .set({ state: 'held', reason: 'unmatched', match: '{' })
    .where('event_id', '=', `salesforce:${first}`)
    .execute();
  // Without reading, which would decide the held event again and fix it.
  const salesforce = { ...world.tenant.salesforce, contentDistributions: false };
  const tenant = { ...world.tenant, salesforce };
  const broken = await world.sync({ tenant }).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(RunBroken);
  if (!(broken instanceof RunBroken)) return;
  const { report } = broken;
  expect(report.outcome).toBe('failed');
  expect(report.delivered + report.pending).toBe(29);
  expect(report.delivered).toBe(world.gong.events.length);
});

// Elsewhere, the statement that breaks the database does not come before the others.
if (ON_SQLITE) {
  test('a run reports what it did even if the database cannot record its end', async () => {
    deliver(1);
    const context = await world.context();
    let locked: Promise<unknown> | undefined;
    const lock: RunListener = ({ kind }) => {
      if (kind === 'event settled') locked ??= breakDatabase(context.db);
    };
    const { tenant } = world;
    const { signal } = new AbortController();
    const how = { reach: 'new', push: 'send', backfillUntil: Number.POSITIVE_INFINITY } as const;
    const run = () => runSync(context, { ...how, tenant, signal, listeners: [lock] });
    const ended = await tryRun(context, tenant, { kind: 'sync', signal, run });
    await locked;
    expect(ended.broken).toMatchObject({ name: 'DatabaseError' });
    const found = { salesforce: 1, 'google-drive': 0 };
    expect(ended.report).toMatchObject({ outcome: 'failed', found, delivered: 1, pending: 0 });
    expect(ended.report.errors).toMatchObject([{ stage: 'run' }]);
  });
}

test('a run that cannot begin is reported, and the other tenants run', async () => {
  deliver(1);
  const context = await world.context();
  const { signal } = new AbortController();
  const how = { reach: 'new', push: 'send', backfillUntil: Number.POSITIVE_INFINITY } as const;
  const run = async (tenant: TenantConfig) => {
    if (tenant.tenant === 'broken') throw new Error('no lease');
    return runSync(context, { ...how, tenant, signal, listeners: [] });
  };
  const tenants = [{ ...world.tenant, tenant: 'broken' }, world.tenant];
  const runs = await runTenants(context, tenants, { kind: 'sync', signal, run });
  expect(runs.map(({ report }) => report)).toMatchObject([
    { tenant: 'broken', outcome: 'failed', errors: [{ stage: 'run', message: 'no lease' }] },
    { tenant: 'acme', outcome: 'ok', delivered: 1 },
  ]);
  expect(runs[0]?.broken).toMatchObject({ message: 'no lease' });
});

test('a first start is a whole second, as Salesforce’s timestamps are', () => {
  const at = Date.parse('2026-11-24T02:00:31.631Z');
  expect(new Date(firstStart(at)).toISOString()).toBe('2026-11-24T02:00:31.000Z');
});

test('a share in the same second as the first sync is reported by the next one', async () => {
  const { start: _start, ...tenant } = world.tenant;
  await world.sync({ tenant });
  const { db } = await world.context();
  const [cursor] = await db.selectFrom('cursor').select('position').execute();
  const { start } = JSON.parse(cursor?.position ?? '{}') as { start: string };
  const contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  world.org.deliver({ title: 'Deck', relatedTo: contact, at: start });
  expect(await world.sync({ tenant })).toMatchObject({ delivered: 1, skipped: {} });
});

function deliver(count: number): string[] {
  const { org } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  return Array.from(
    { length: count },
    (_, number) => org.deliver({ title: `Deck ${number}`, relatedTo: contact }).deliveryId,
  );
}
