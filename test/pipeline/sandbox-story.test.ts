import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  PACKAGE_USERNAME,
  type ScenarioDelivery,
  seedFirstDay,
  seedNextDay,
} from '../../src/sandbox/scenario/index.ts';
import { startWorld, type World } from '../support/world.ts';

const DAY_MS = 24 * 60 * 60_000;

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

function sync() {
  const { tenant } = world;
  const salesforce = { ...tenant.salesforce, ignoreCreatedBy: [PACKAGE_USERNAME] };
  return world.sync({ tenant: { ...tenant, salesforce } });
}

type Outcome = Pick<ScenarioDelivery, 'title' | 'outcome' | 'reason' | 'names'>;

/** What happened to the deliveries, in terms of the sandbox’s scenario. */
async function outcomesOf(deliveries: readonly ScenarioDelivery[]): Promise<Outcome[]> {
  const { db } = await world.context();
  const rows = await db.selectFrom('event').select(['share', 'state', 'reason']).execute();
  return deliveries.map(({ deliveryId, title }) => {
    const row = rows.find(({ share }) => JSON.parse(share).shareId === deliveryId);
    const event = world.gong.events.find(({ body }) => body?.['shareId'] === deliveryId);
    const context = Object(event?.body?.['crmContext'])[0];
    const names = (context?.objects ?? []).map(
      (object: { objectType: string }) => object.objectType,
    );
    const outcome = row?.state === 'delivered' ? 'reported' : row?.state;
    const reason = row?.reason ? { reason: row.reason } : {};
    return { title, outcome, ...reason, names } as Outcome;
  });
}

function expectedOf(deliveries: readonly ScenarioDelivery[]): Outcome[] {
  return deliveries.map(({ title, outcome, reason, names }) => ({
    title,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    names,
  }));
}

test('two runs of the simulated company have the outcomes of the sandbox’s scenario', async () => {
  const first = seedFirstDay(world.org, world.clock);
  const firstRun = await sync();
  expect(firstRun.outcome).toBe('ok');
  expect(await outcomesOf(first.deliveries)).toEqual(expectedOf(first.deliveries));

  world.clock.advance(DAY_MS);
  const next = seedNextDay(world.org, { clock: world.clock, first, since: first.seededAt });
  const secondRun = await sync();
  expect(secondRun.outcome).toBe('ok');
  expect(await outcomesOf(next)).toEqual(expectedOf(next));
  const reported = [...first.deliveries, ...next].filter(({ outcome }) => outcome === 'reported');
  expect(world.gong.events).toHaveLength(reported.length);
  expect(world.gong.byStatus).toEqual({ 200: reported.length });
});
