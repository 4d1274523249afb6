import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import type { BackfillWindow } from '../../src/runs/backfill-window.ts';
import { dryBackfill } from '../../src/runs/dry-run.ts';
import { recordPlan } from '../support/dry-run-plan.ts';
import { Past } from '../support/past.ts';
import type { World } from '../support/world.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

let past: Past;
let world: World;
let tenant: TenantConfig;

beforeEach(async () => {
  past = await Past.open();
  ({ world, tenant } = past);
});

afterEach(() => world.close());

describe('the order of sending', () => {
  test('is fresh shares first, even before shares that a sync once skipped', async () => {
    const touched = past.deliverAt(past.daysAgo(9));
    world.org.update(touched, { Name: 'Touched' });
    await world.sync({ tenant, push: 'queue-only' });
    const old = past.deliverAt(past.daysAgo(8));
    await world.backfill(
      { since: past.daysAgo(10), until: past.daysAgo(2) },
      { tenant, push: 'queue-only' },
    );
    world.clock.advance(HOUR_MS);
    const fresh = [30, 20].map((minutes) => past.deliverAt(past.daysAgo(minutes / (24 * 60))));
    const oneByOne = past.tenantWith('gong', { concurrency: 1 });
    await world.sync({ tenant, push: 'queue-only' });
    await world.sync({ tenant: oneByOne });
    expect(past.sent()).toEqual([...fresh, touched, old]);
  });

  test('control: without a backfill, it is older shares before newer ones', async () => {
    const ids = [8, 0.5].map((days) => past.deliverAt(past.daysAgo(days)));
    const early = { ...past.tenantWith('gong', { concurrency: 1 }), start: past.daysAgo(10) };
    await world.sync({ tenant: early });
    expect(past.sent()).toEqual(ids);
  });

  test('puts a backfilled share last even if its link appears later', async () => {
    const id = past.deliverAt(past.daysAgo(9), { DistributionPublicUrl: null });
    const report = await world.backfill({ since: past.daysAgo(10) }, { tenant });
    expect(report).toMatchObject({ skipped: { 'no-url': 1 }, queued: 0 });
    world.org.update(id, { DistributionPublicUrl: 'https://acme.file.force.example/a/1' });
    expect(await world.sync({ tenant, push: 'queue-only' })).toMatchObject({
      queued: 1,
      skipped: {},
    });
    expect(await past.stored(id)).toMatchObject({ state: 'pending', priority: PRIORITY.backfill });
  });
});

describe('a used-up daily limit of Gong', () => {
  test('is not an error: the rest is pending, and the next run of any kind sends it', async () => {
    const ids = Array.from({ length: 5 }, (_, number) => past.deliverAt(past.daysAgo(20 - number)));
    const few = past.tenantWith('gong', { callsPerDay: 2, concurrency: 1 });
    const window = { since: past.daysAgo(30) };
    expect(await world.backfill(window, { tenant: few })).toMatchObject({
      outcome: 'ok',
      errors: [],
      queued: 5,
      delivered: 2,
      pending: 3,
    });
    world.clock.advance(DAY_MS + HOUR_MS);
    expect(await world.sync({ tenant: few })).toMatchObject({ delivered: 2, pending: 1 });
    world.clock.advance(DAY_MS + HOUR_MS);
    const last = await world.backfill(window, { tenant: few });
    expect(last).toMatchObject({ outcome: 'ok', queued: 0, delivered: 1, pending: 0 });
    expect(past.sent()).toEqual(ids);
  });
});

describe('a backfilled share', () => {
  test('is sent without a record if it is old enough, and held if it is recent', async () => {
    const old = world.org.deliver({ title: 'Old', at: past.daysAgo(20) }).deliveryId;
    const recent = world.org.deliver({ title: 'Recent', at: past.daysAgo(2) }).deliveryId;
    const report = await world.backfill({ since: past.daysAgo(30) }, { tenant });
    expect(report).toMatchObject({ queued: 1, held: 1, delivered: 1 });
    expect(past.sent()).toEqual([old]);
    // A sync decides it again, although it is older than that sync's start.
    expect(await world.sync({ tenant })).toMatchObject({ skipped: {}, queued: 0 });
    expect(await past.stored(recent)).toMatchObject({ state: 'held', reason: 'unmatched' });
    // Now it is related to a Contact, which the next sync reads.
    world.org.update(recent, { RelatedRecordId: past.contact });
    expect(await world.sync({ tenant })).toMatchObject({ skipped: {}, queued: 1, delivered: 1 });
    expect(past.sent()).toEqual([old, recent]);
  });

  test('that is held is sent by a sync once its hold ends', async () => {
    const recent = world.org.deliver({ title: 'Recent', at: past.daysAgo(2) }).deliveryId;
    await world.backfill({ since: past.daysAgo(3) }, { tenant });
    world.clock.advance(DAY_MS + HOUR_MS);
    expect(await world.sync({ tenant })).toMatchObject({ queued: 1, delivered: 1 });
    expect(past.sent()).toEqual([recent]);
  });

  test('control: a share that a sync held is skipped once `start` was moved past it', async () => {
    const held = world.org.deliver({ title: 'Recent', at: past.daysAgo(0.5) }).deliveryId;
    expect(await world.sync({ tenant })).toMatchObject({ held: 1 });
    const later = { ...tenant, start: world.clock.now() };
    await world.sync({ tenant: later });
    expect(await past.stored(held)).toMatchObject({ state: 'skipped', reason: 'before-start' });
  });

  test('with a body that violates the reference is rejected locally, reported, and not sent', async () => {
    past.deliverAt(past.daysAgo(20), { DistributionPublicUrl: 'not a link' });
    const report = await world.backfill({ since: past.daysAgo(30) }, { tenant });
    expect(report).toMatchObject({ outcome: 'partial', rejected: 1, errors: [{ stage: 'gong' }] });
    // Gong would reject it, too.
    expect(report.calls).toMatchObject({ gong: 0 });
    expect(past.sent()).toEqual([]);
  });

  test('is matched to the deal that was open then, not to the one that is open now', async () => {
    const { org } = world;
    const account = org.add('Account', { Name: 'Globex' });
    org.update(past.contact, { AccountId: account });
    const deal = (created: number, closes: number, isClosed: boolean) =>
      org.add('Opportunity', {
        Name: 'Deal',
        AccountId: account,
        CreatedDate: created,
        CloseDate: new Date(closes).toISOString().slice(0, 10),
        StageName: isClosed ? 'Closed Won' : 'Prospecting',
        IsClosed: isClosed,
      });
    const then = deal(past.daysAgo(60), past.daysAgo(10), true);
    deal(past.daysAgo(5), past.daysAgo(-30), false);
    past.deliverAt(past.daysAgo(20));
    await world.backfill({ since: past.daysAgo(30) }, { tenant });
    const [event] = world.gong.events;
    expect(JSON.stringify(event?.body?.['crmContext'])).toContain(then);
    expect(event?.body?.['crmContext']).toMatchObject([
      { objects: [{ objectType: 'Opportunity', objectId: then }, {}, {}] },
    ]);
  });
});

describe('a dry run', () => {
  async function shown(window: BackfillWindow) {
    const { bodies, events, ...how } = recordPlan();
    const report = await dryBackfill(await world.context(), {
      tenant,
      window,
      signal: new AbortController().signal,
      ...how,
    });
    return { report, bodies, events };
  }

  test('shows each body that the window would add once, and counts what it would not send', async () => {
    const touched = past.deliverAt(past.daysAgo(9));
    world.org.update(touched, { Name: 'Touched' });
    await world.sync({ tenant });
    world.org.update(touched, { Name: 'Touched once more' });
    const ids = [8, 7].map((days) => past.deliverAt(past.daysAgo(days)));
    world.org.deliver({ title: 'Held', at: past.daysAgo(1) });
    past.deliverAt(past.daysAgo(6), { DistributionPublicUrl: null });
    const window = { since: past.daysAgo(10) };
    const { report, bodies } = await shown(window);
    expect(report).toMatchObject({ wouldSend: 3, wouldHold: 1, wouldSkip: { 'no-url': 1 } });
    expect(await past.cursors()).toHaveLength(1);
    expect(past.sent()).toEqual([]);
    await world.backfill(window, { tenant: past.tenantWith('gong', { concurrency: 1 }) });
    expect(bodies.map((body) => JSON.stringify(body)).toSorted()).toEqual(
      world.gong.events.map(({ body }) => JSON.stringify(body)).toSorted(),
    );
    expect(past.sent().toSorted()).toEqual([touched, ...ids].toSorted());
  });

  test('neither lists nor counts a share that is held already and stays held', async () => {
    world.org.deliver({ title: 'Recent', at: past.daysAgo(2) });
    const window = { since: past.daysAgo(3) };
    expect(await world.backfill(window, { tenant })).toMatchObject({ held: 1 });
    const { report, events } = await shown(window);
    expect(events).toEqual([]);
    expect(report).toMatchObject({ found: 0, wouldHold: 0, wouldSend: 0, wouldSkip: {} });
    expect(await world.backfill(window, { tenant })).toMatchObject({ held: 0, queued: 0 });
  });

  test('lists and counts a share that a sync skipped as too old and the window would hold', async () => {
    const recent = world.org.deliver({ title: 'Recent', at: past.daysAgo(2) }).deliveryId;
    world.org.update(recent, { Name: 'Touched' });
    expect(await world.sync({ tenant })).toMatchObject({ skipped: { 'before-start': 1 } });
    const window = { since: past.daysAgo(3) };
    const { report, events } = await shown(window);
    expect(events).toMatchObject([{ eventId: `salesforce:${recent}`, state: 'held' }]);
    expect(report).toMatchObject({ found: 0, wouldHold: 1, wouldSend: 0, wouldSkip: {} });
    expect(await world.backfill(window, { tenant })).toMatchObject({ held: 1, skipped: {} });
    expect(await past.stored(recent)).toMatchObject({ state: 'held', reason: 'unmatched' });
  });

  test('lists a share that is held already once a run would send it', async () => {
    const recent = world.org.deliver({ title: 'Recent', at: past.daysAgo(2) }).deliveryId;
    const window = { since: past.daysAgo(3) };
    await world.backfill(window, { tenant });
    world.org.update(recent, { RelatedRecordId: past.contact });
    const { report, events } = await shown(window);
    expect(events).toMatchObject([{ eventId: `salesforce:${recent}`, state: 'pending' }]);
    expect(report).toMatchObject({ found: 0, wouldHold: 0, wouldSend: 1 });
    expect(await world.backfill(window, { tenant })).toMatchObject({ queued: 1, delivered: 1 });
  });

  test('of an interrupted window shows the rest of it', async () => {
    world.org.set({ pageRowsMax: 200 });
    for (let number = 0; number < 500; number += 1)
      past.deliverAt(past.daysAgo(20) + number * 60_000);
    const window = { since: past.daysAgo(30) };
    past.breakReading();
    await world.backfill(window, { tenant, push: 'queue-only' });
    const { report } = await shown(window);
    const rest = await world.backfill(window, { tenant, push: 'queue-only' });
    expect(report.wouldSend).toBe(rest.queued);
    expect(rest.queued).toBeGreaterThan(0);
    expect(rest.queued).toBeLessThan(500);
  });
});
