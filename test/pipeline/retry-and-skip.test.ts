import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findActionable,
  retryEvents,
  retrySelected,
  skipEvents,
} from '../../src/operator/retry-and-skip.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { startWorld, type World } from '../support/world.ts';

const signal = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

test('retry rebuilds a rejected event from Salesforce’s current data, and queues it', async () => {
  const { org, gong, server, tenant } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const { deliveryId } = org.deliver({ title: 'Deck', relatedTo: contact });
  const body = { requestId: 'r', errors: ['recipients[0].email: not valid'] };
  server.faults.add({ vendor: 'gong', times: 1, action: { kind: 'answer', status: 400, body } });
  expect(await world.sync()).toMatchObject({ rejected: 1 });

  org.update(contact, { Email: 'ada.byron@globex.example' });
  const context = await world.context();
  const report = await retrySelected(context, tenant, { state: 'rejected', signal });
  expect(report).toEqual({ queued: 1, rejected: 0, problems: [] });
  expect(await stored(deliveryId)).toMatchObject({ state: 'pending', attempts: 1, errors: [] });

  expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 1 });
  expect(gong.events[0]?.body).toMatchObject({
    eventId: `salesforce:${deliveryId}`,
    recipients: [{ email: 'ada.byron@globex.example' }],
  });
});

test('retry queues even what the policy skipped; skip undoes that', async () => {
  const { org, tenant } = world;
  const colleague = org.add('Contact', { LastName: 'Kay', Email: 'kay@acme.example' });
  const { deliveryId } = org.deliver({ title: 'Memo', relatedTo: colleague });
  await world.sync();
  const context = await world.context();
  const eventIds = [`salesforce:${deliveryId}`];

  const events = await findActionable(context, [tenant], { eventIds, action: 'retry' });
  expect(await retryEvents(context, tenant, { events, signal })).toMatchObject({ queued: 1 });
  expect(await stored(deliveryId)).toMatchObject({ state: 'pending' });

  const found = await findActionable(context, [tenant], { eventIds, action: 'skip' });
  expect(await skipEvents(context, found)).toBe(1);
  expect(await stored(deliveryId)).toMatchObject({ state: 'skipped', reason: 'operator' });
  expect(await world.sync()).toMatchObject({ delivered: 0, queued: 0 });
});

test('retry of a share that cannot be reported says why, and does not change it', async () => {
  const { org, tenant } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const noUrl = { DistributionPublicUrl: null };
  const { deliveryId } = org.deliver({ title: 'Deck', relatedTo: contact, fields: noUrl });
  await world.sync();
  const context = await world.context();
  const eventIds = [`salesforce:${deliveryId}`];
  const events = await findActionable(context, [tenant], { eventIds, action: 'retry' });
  expect(await retryEvents(context, tenant, { events, signal })).toEqual({
    queued: 0,
    rejected: 1,
    problems: [expect.stringContaining('contentUrl')],
  });
  expect(await stored(deliveryId)).toMatchObject({ state: 'skipped', reason: 'no-url' });
});

test('an event that Gong has can be neither skipped nor retried; an unknown id is an error', async () => {
  const { org, tenant } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const { deliveryId } = org.deliver({ title: 'Deck', relatedTo: contact });
  await world.sync();
  const context = await world.context();
  const eventIds = [`salesforce:${deliveryId}`];
  for (const action of ['retry', 'skip'] as const) {
    const refused = findActionable(context, [tenant], { eventIds, action });
    await expect(refused).rejects.toThrow(`is delivered: ${action} does not apply`);
  }
  const unknown = findActionable(context, [tenant], { eventIds: ['nothing'], action: 'skip' });
  await expect(unknown).rejects.toThrow('there is no event "nothing"');
});

async function stored(deliveryId: string): Promise<StoredEvent | undefined> {
  const { db } = await world.context();
  const [event] = await findEvents(db, ['acme'], `salesforce:${deliveryId}`);
  return event;
}
