import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckWorld, problemsIn, startCheckWorld } from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

test('a complete setup passes, sends no event, and changes nothing but the count of calls', async () => {
  const checks = await world.check();
  expect(problemsIn(checks)).toEqual([]);
  expect(new Set(checks.map(({ area }) => area))).toEqual(
    new Set([
      'configuration',
      'database',
      'salesforce',
      'google-drive',
      'gong',
      'schedule',
      'alerts',
    ]),
  );
  const { gong } = world.sandbox;
  expect(gong.events).toEqual([]);
  expect(gong.requests.map(({ status }) => status)).toEqual([400]);
  const { db } = await world.context();
  const tables = ['event', 'cursor', 'run', 'grant', 'attempt', 'binding', 'lease'] as const;
  for (const table of tables) {
    expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
  expect(await db.selectFrom('call').select('calls').execute()).toEqual([{ calls: 1 }]);
});

test('after a check that passes, the first run has no error', async () => {
  expect(problemsIn(await world.check())).toEqual([]);
  expect(await world.sync({ push: 'send' })).toMatchObject({ outcome: 'ok', errors: [] });
});
