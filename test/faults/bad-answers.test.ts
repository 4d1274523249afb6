import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listEvents } from '../../src/outbox/queries.ts';
import type { FaultAction } from '../../src/sandbox/faults.ts';
import { startWorld, type World } from '../support/world.ts';

const HTML = '<!doctype html><html><body>Service is down for maintenance</body></html>';
const ANSWERS: Readonly<Record<string, FaultAction>> = {
  'a web page with 200': { kind: 'answer', status: 200, body: HTML },
  'a web page with 503': { kind: 'answer', status: 503, body: HTML },
  'a web page with 404': { kind: 'answer', status: 404, body: HTML },
  'JSON of another kind': { kind: 'answer', status: 200, body: { hello: 'world' } },
  'a list of nothing': { kind: 'answer', status: 200, body: [] },
  'an empty body': { kind: 'answer', status: 200, body: '' },
  'half of its body': { kind: 'cut' },
  'a broken connection': { kind: 'reset' },
};
const SALESFORCE_PLACES: Readonly<Record<string, string>> = {
  'the login': '/oauth2/token',
  'the list of deliveries': '/query',
  'a look-up': '/composite',
};

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

describe.each(Object.entries(SALESFORCE_PLACES))('Salesforce, asked for %s', (_, pathIncludes) => {
  test.each(Object.entries(ANSWERS))(
    'answers with %s, for ever: said with a hint, nothing is stored, and later all goes',
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
      // Not asked without end: five tries, each perhaps with a login before it.
      expect(world.server.traffic.salesforce.counts.struck).toBeLessThanOrEqual(10);

      world.server.faults.clear();
      expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 3, pending: 0 });
    },
  );
});

describe('Gong', () => {
  const passing = Object.entries(ANSWERS).filter(([name]) => name !== 'a web page with 404');

  test.each(passing)(
    'answers with %s, for ever: five tries each, all waits, and later all goes',
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
});

test('Salesforce refuses the session of each new login, for ever: said, not asked without end', async () => {
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
