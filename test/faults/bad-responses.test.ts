import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { FaultAction } from '../../src/sandbox/faults.ts';
import { startWorld, type World } from '../support/world.ts';

const HTML = '<!doctype html><html><body>Service is down for maintenance</body></html>';
const RESPONSES: Readonly<Record<string, FaultAction>> = {
  'a web page with 200': { kind: 'answer', status: 200, body: HTML },
  'a web page with 503': { kind: 'answer', status: 503, body: HTML },
  'a web page with 404': { kind: 'answer', status: 404, body: HTML },
  'unexpected JSON': { kind: 'answer', status: 200, body: { hello: 'world' } },
  'an empty list': { kind: 'answer', status: 200, body: [] },
  'an empty body': { kind: 'answer', status: 200, body: '' },
  'half of the body': { kind: 'cut' },
  'a broken connection': { kind: 'reset' },
};
const SALESFORCE_REQUESTS: Readonly<Record<string, string>> = {
  'the login': '/oauth2/token',
  'the list of deliveries': '/query',
  'a lookup': '/composite',
};

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

describe.each(Object.entries(SALESFORCE_REQUESTS))(
  'Salesforce, in response to %s',
  (_, pathIncludes) => {
    test.each(Object.entries(RESPONSES))(
      'always returns %s: a hint, nothing stored, and the next run succeeds',
      async (__, action) => {
        deliver(3);
        world.server.faults.add({ vendor: 'salesforce', pathIncludes, action });

        const report = await world.sync();

        expect(report.outcome).toBe('failed');
        expect(report.errors).toHaveLength(1);
        const [error] = report.errors;
        expect(error?.stage).toBe(pathIncludes === '/composite' ? 'crm' : 'salesforce');
        expect(error?.message).toMatch(/Salesforce|connection|socket|terminated|ECONNRESET/i);
        expect(error?.hint).not.toBe('');
        expect(await eventStates()).toEqual([]);
        // Not retried endlessly: five attempts, each possibly preceded by a login.
        expect(world.server.traffic.salesforce.counts.struck).toBeLessThanOrEqual(10);

        world.server.faults.clear();
        expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 3, pending: 0 });
      },
    );
  },
);

describe('Gong', () => {
  const decisive = ['a web page with 404', 'half of the body'];
  const temporary = Object.entries(RESPONSES).filter(([name]) => !decisive.includes(name));

  test.each(temporary)(
    'always returns %s: five attempts each, all events pending, and the next run succeeds',
    async (_, action) => {
      deliver(3);
      world.server.faults.add({ vendor: 'gong', action });

      const report = await world.sync();

      expect(report).toMatchObject({ outcome: 'partial', delivered: 0, pending: 3, rejected: 0 });
      expect(report.calls.gong).toBe(15);
      expect(report.errors).toMatchObject([
        {
          stage: 'gong',
          message: expect.stringMatching(/did not accept 3 events in 5 attempts: ./),
        },
      ]);
      world.server.faults.clear();
      expect(await world.sync()).toMatchObject({ outcome: 'ok', pending: 0 });
      expect(world.gong.events).toHaveLength(3);
    },
  );

  test('always returns half of the body: the 409 to the second attempt says enough', async () => {
    deliver(3);
    world.server.faults.add({ vendor: 'gong', action: { kind: 'cut' } });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'ok', delivered: 0, duplicates: 3, pending: 0 });
    expect(report.calls.gong).toBe(6);
    expect(world.gong.events).toHaveLength(3);
  });
});

test('Salesforce always refuses the session of a new login: reported, not retried endlessly', async () => {
  deliver(1);
  const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
  const action = { kind: 'answer', status: 401, body } as const;
  world.server.faults.add({ vendor: 'salesforce', pathIncludes: '/services/data', action });
  const report = await world.sync();
  expect(report).toMatchObject({ outcome: 'failed' });
  expect(report.errors[0]).toMatchObject({
    message: expect.stringContaining('again after a new login'),
    hint: expect.stringContaining('OAuth scope'),
  });
  expect(world.server.traffic.salesforce.counts.requests).toBeLessThanOrEqual(4);
});

function deliver(count: number): void {
  const { org } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  for (let number = 0; number < count; number += 1) {
    org.deliver({ title: `Deck ${number}`, relatedTo: contact });
  }
}

async function eventStates(): Promise<string[]> {
  const { db } = await world.context();
  const events = await listEvents(db, { windows: [{ tenants: ['acme'] }], limit: 100 });
  return events.map(({ state }) => state);
}
