import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCursor } from '../../src/db/cursors.ts';
import { listAttempts } from '../../src/outbox/find-events.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { startWorld, type World } from '../support/world.ts';

const STREAM = 'salesforce/content-distributions';
const HTML = '<html><body>Service is down for maintenance</body></html>';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

describe('Gong', () => {
  test('an event with a lost response is sent again, and its 409 is success', async () => {
    deliver(1);
    world.server.faults.add({ vendor: 'gong', times: 1, action: { kind: 'lose-answer' } });

    const report = await world.sync();

    expect(report).toMatchObject({ outcome: 'ok', delivered: 0, duplicates: 1, pending: 0 });
    expect(world.gong.events).toHaveLength(1);
    const [event] = await events();
    expect(event).toMatchObject({ state: 'duplicate', attempts: 2, lastStatus: 409 });
  });

  test('a 200 without a requestId counts as no response', async () => {
    deliver(1);
    const action = { kind: 'answer', status: 200, body: HTML } as const;
    world.server.faults.add({ vendor: 'gong', times: 1, action });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 1 });
    expect((await events())[0]).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('2 % broken responses of all kinds lose nothing and duplicate nothing', async () => {
    deliver(150);
    const seed = 7;
    for (const action of [
      { kind: 'answer', status: 503, body: HTML },
      { kind: 'reset' },
      { kind: 'cut' },
      { kind: 'lose-answer' },
    ] as const) {
      world.server.faults.add({ vendor: 'gong', probability: 0.02, seed, action });
    }
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', pending: 0, queued: 150 });
    expect(report.delivered + report.duplicates).toBe(150);
    expect(idsInGong()).toHaveLength(150);
  });

  test('a permanent 503: five attempts each, then pending, and the next run delivers', async () => {
    deliver(2);
    const action = { kind: 'answer', status: 503, body: HTML } as const;
    world.server.faults.add({ vendor: 'gong', action });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', delivered: 0, pending: 2 });
    expect(report.calls.gong).toBe(10);
    expect(report.errors[0]?.message).toMatch(/did not accept 2 events in 5 attempts/);

    world.server.faults.clear();
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 2, pending: 0 });
  });

  test.each([
    [401, /key/i],
    [403, /address|IP/i],
    [404, /endpoint|baseUrl/i],
    [302, /redirect|baseUrl/i],
  ])('%d stops pushing with a hint and counts no attempt', async (status, hint) => {
    deliver(30);
    const action = { kind: 'answer', status, headers: { location: '/' }, body: '{}' } as const;
    world.server.faults.add({ vendor: 'gong', action });

    const report = await world.sync();

    expect(report).toMatchObject({ outcome: 'failed', pending: 30, queued: 30, rejected: 0 });
    expect(report.errors).toHaveLength(1);
    expect(report.errors[0]).toMatchObject({ stage: 'gong', hint: expect.stringMatching(hint) });
    expect((await events()).every(({ attempts }) => attempts === 0)).toBe(true);
    expect(report.calls.gong).toBeLessThanOrEqual(world.tenant.gong.concurrency);
  });

  test('400 for all events stops pushing after twenty; requests in flight complete, the rest wait', async () => {
    deliver(60);
    const body = { requestId: 'r', errors: ['reportingSystem: unknown'] };
    world.server.faults.add({ vendor: 'gong', action: { kind: 'answer', status: 400, body } });

    const report = await world.sync();

    expect(report.outcome).toBe('partial');
    expect(report.rejected).toBeGreaterThanOrEqual(20);
    expect(report.rejected).toBeLessThan(20 + world.tenant.gong.concurrency);
    expect(report.rejected + report.pending).toBe(60);
    expect(report.errors[0]?.message).toContain('reportingSystem: unknown');
  });

  test('one rejected event does not stop the others', async () => {
    const [first] = deliver(30);
    const body = { requestId: 'r', errors: ['contentUrl: must be reachable'] };
    const eventId = `salesforce:${first}`;
    const action = { kind: 'answer', status: 400, body } as const;
    world.server.faults.add({ vendor: 'gong', eventId, action });

    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', rejected: 1, delivered: 29, pending: 0 });
    const rejected = (await events()).find((event) => event.state === 'rejected');
    expect(rejected).toMatchObject({ eventId, errors: ['contentUrl: must be reachable'] });
  });

  test('pushing waits for a short Retry-After; a long one ends it, and applies to later runs', async () => {
    deliver(3);
    const throttle = (seconds: string) =>
      world.server.faults.add({
        vendor: 'gong',
        times: 1,
        action: { kind: 'answer', status: 429, headers: { 'retry-after': seconds }, body: '{}' },
      });
    throttle('1');
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 3 });

    deliver(2);
    throttle('3600');
    const waiting = await world.sync();
    expect(waiting).toMatchObject({ outcome: 'ok', errors: [] });
    expect(waiting.pending).toBeGreaterThan(0);
    const later = await world.sync();
    expect(later).toMatchObject({ outcome: 'ok', delivered: 0, calls: { gong: 0 } });
    world.clock.advance(3_601_000);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', pending: 0 });
  });

  test('every attempt is stored with Gong’s response', async () => {
    deliver(1);
    const action = { kind: 'answer', status: 503, body: HTML } as const;
    world.server.faults.add({ vendor: 'gong', times: 2, action });
    await world.sync();
    const { db } = await world.context();
    const [event] = await events();
    const attempts = await listAttempts(db, event ?? { tenant: '', eventId: '' });
    expect(attempts.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['unavailable', 503],
      ['unavailable', 503],
      ['accepted', 200],
    ]);
    expect(event?.integrationId).toBe('5517027188234205706');
  });
});

describe('Salesforce', () => {
  test('an org without deliveries is reported, with what to do', async () => {
    world.org.setDeliveries('off');
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.errors[0]).toMatchObject({
      stage: 'salesforce',
      hint: expect.stringContaining('contentDistributions: false'),
    });
  });

  test('a permanent HTML response instead of JSON: failed with a reason, and the cursor stays', async () => {
    deliver(1);
    await world.sync({ push: 'queue-only' });
    const before = await cursor();
    const action = { kind: 'answer', status: 200, body: HTML } as const;
    world.server.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    const report = await world.sync({ push: 'queue-only' });
    expect(report.outcome).toBe('failed');
    expect(report.errors[0]?.message).toMatch(/web page/);
    expect(await cursor()).toBe(before);
  });

  test('a body that is truncated once is read again', async () => {
    deliver(5);
    const rule = { vendor: 'salesforce', pathIncludes: '/query', times: 1 };
    world.server.faults.add({ ...rule, action: { kind: 'cut' } });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 5 });
  });

  test('a permanent 401 ends with a reason, not with endless requests', async () => {
    const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
    const action = { kind: 'answer', status: 401, body } as const;
    world.server.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    const report = await world.sync();
    expect(report.outcome).toBe('failed');
    expect(report.errors[0]?.message).toMatch(/session/i);
    expect(world.server.traffic.salesforce.entries.length).toBeLessThan(10);
  });

  test('a failed lookup is never "no match": nothing is stored, and the cursor does not move', async () => {
    deliver(3);
    const body = [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'try again' }];
    const rule = { vendor: 'salesforce', pathIncludes: '/composite' };
    world.server.faults.add({ ...rule, action: { kind: 'answer', status: 500, body } });
    const report = await world.sync();
    expect(report.errors[0]).toMatchObject({ stage: 'crm' });
    expect(await events()).toEqual([]);
    expect(await cursor()).toBeUndefined();

    world.server.faults.clear();
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 3 });
  });

  test('pending events are sent to Gong even if Salesforce is down', async () => {
    deliver(4);
    await world.sync({ push: 'queue-only' });
    const action = { kind: 'answer', status: 500, body: HTML } as const;
    world.server.faults.add({ vendor: 'salesforce', action });
    expect(await world.sync()).toMatchObject({ outcome: 'failed', delivered: 4, pending: 0 });
  });
});

function deliver(count: number): string[] {
  const { org } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  return Array.from(
    { length: count },
    (_, number) => org.deliver({ title: `Deck ${number}`, relatedTo: contact }).deliveryId,
  );
}

function idsInGong(): string[] {
  const ids = world.gong.events.map(({ body }) => String((body as { eventId?: string }).eventId));
  return [...new Set(ids)];
}

async function events(): Promise<StoredEvent[]> {
  const { db } = await world.context();
  return listEvents(db, { windows: [{ tenants: ['acme'] }], limit: 1_000 });
}

async function cursor(): Promise<string | undefined> {
  const { db } = await world.context();
  return readCursor(db, { tenant: 'acme', stream: STREAM });
}
