import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findEvents } from '../../src/outbox/find-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { startWorld, type World } from '../support/world.ts';

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

describe('a share without a Salesforce record', () => {
  test('is held, and sent with its Contact once it is related to one', async () => {
    const { org, gong, clock } = world;
    const { deliveryId } = org.deliver({ title: 'Deck' });
    expect(await world.sync()).toMatchObject({ held: 1, queued: 0, delivered: 0, outcome: 'ok' });
    expect(await stored(deliveryId)).toMatchObject({ state: 'held', reason: 'unmatched' });

    clock.advance(DAY_MS);
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    org.update(deliveryId, { RelatedRecordId: contact });
    expect(await world.sync()).toMatchObject({ held: 0, queued: 1, delivered: 1 });
    expect(gong.events[0]?.body).toMatchObject({ recipients: [{ email: 'ada@globex.example' }] });
  });

  test('is sent without one when its hold ends, counted from the share', async () => {
    const { org, gong, clock } = world;
    const { deliveryId } = org.deliver({ title: 'Deck' });
    await world.sync();

    clock.advance(3 * DAY_MS - MINUTE_MS);
    expect(await world.sync()).toMatchObject({ queued: 0, delivered: 0 });
    clock.advance(2 * MINUTE_MS);
    expect(await world.sync()).toMatchObject({ queued: 1, delivered: 1 });

    expect(gong.events).toHaveLength(1);
    expect(gong.events[0]?.body).not.toHaveProperty('crmContext');
    expect(await stored(deliveryId)).toMatchObject({ state: 'delivered' });
  });

  test('is skipped when its hold ends, if the tenant is configured so', async () => {
    const { org, clock, tenant } = world;
    const skipping = { ...tenant, crm: { ...tenant.crm, unmatched: 'skip' as const } };
    const { deliveryId } = org.deliver({ title: 'Deck' });
    expect(await world.sync({ tenant: skipping })).toMatchObject({ held: 1 });

    clock.advance(4 * DAY_MS);
    expect(await world.sync({ tenant: skipping })).toMatchObject({ skipped: { unmatched: 1 } });
    expect(await stored(deliveryId)).toMatchObject({ state: 'skipped', reason: 'unmatched' });
  });

  test('is not held if holdDays is 0', async () => {
    const { org, tenant } = world;
    org.deliver({ title: 'Deck' });
    const eager = { ...tenant, crm: { ...tenant.crm, holdDays: 0 } };
    expect(await world.sync({ tenant: eager })).toMatchObject({ held: 0, delivered: 1 });
  });
});

describe('an unusable address of a Contact or Lead', () => {
  test.each([
    ['ines@brightwater', undefined],
    ['ines@brightwater.example.', undefined],
    ['n/a', undefined],
    ['Ines <ines@brightwater.example>', 'ines@brightwater.example'],
    [' ines@brightwater.example\u200b', 'ines@brightwater.example'],
  ])('%j: the record is named, and the recipient is %s', async (email, recipient) => {
    const { org, gong } = world;
    const ids = [
      org.add('Contact', { LastName: 'Neves', Email: email }),
      org.add('Lead', { LastName: 'Neves', Email: email }),
    ];
    for (const id of ids) org.deliver({ title: 'Deck', relatedTo: id });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 2, rejected: 0 });
    for (const { body } of gong.events) {
      const recipients = body?.['recipients'] as { email: string }[] | undefined;
      expect(recipients?.map((each) => each.email)).toEqual(recipient && [recipient]);
    }
    expect(JSON.stringify(gong.events)).toContain(ids[0]);
    const { db } = await world.context();
    const rows = await db.selectFrom('event').select('match').execute();
    const reason = `has no valid email (${email}), so it is named, but is not a recipient.`;
    for (const { match } of rows) expect(match?.includes(reason)).toBe(recipient === undefined);
  });
});

describe('a share that is not reported leaves a row with its reason', () => {
  test('before-start', async () => {
    const { org, tenant, clock } = world;
    const { deliveryId } = org.deliver({ title: 'Old', at: clock.now() - DAY_MS });
    org.update(deliveryId, { Name: 'Old, renamed today' });
    const started = { ...tenant, start: clock.now() - 60 * MINUTE_MS };
    expect(await world.sync({ tenant: started })).toMatchObject({
      found: { salesforce: 1 },
      skipped: { 'before-start': 1 },
    });
  });

  test('ignored-creator, by username and by Id', async () => {
    const { org, tenant } = world;
    const robot = org.add('User', { LastName: 'Robot', Username: 'robot@package.example' });
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    org.deliver({ title: 'Quote', byUserId: robot, relatedTo: contact });
    const salesforce = { ...tenant.salesforce, ignoreCreatedBy: ['Robot@package.example'] };
    expect(await world.sync({ tenant: { ...tenant, salesforce } })).toMatchObject({
      skipped: { 'ignored-creator': 1 },
      delivered: 0,
    });
  });

  test('internal-only, before external-sharer and no-url', async () => {
    const { org } = world;
    const colleague = org.add('Contact', { LastName: 'Kay', Email: 'kay@eu.acme.example' });
    org.deliver({ title: 'Memo', relatedTo: colleague, fields: { DistributionPublicUrl: null } });
    expect(await world.sync()).toMatchObject({ skipped: { 'internal-only': 1 } });
  });

  test('external-sharer', async () => {
    const { org } = world;
    const partner = org.add('User', { LastName: 'Partner', Email: 'pat@partner.example' });
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    org.deliver({ title: 'Deck', byUserId: partner, relatedTo: contact });
    expect(await world.sync()).toMatchObject({ skipped: { 'external-sharer': 1 } });
  });

  test('a delivery by an automation is no external-sharer', async () => {
    const { org, gong } = world;
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    for (const user of [
      { LastName: 'Process', Email: 'autoproc@00d5e0000000007eaa', UserType: 'AutomatedProcess' },
      { LastName: 'Platform', Email: 'x@partner.example', UserType: 'CloudIntegrationUser' },
    ]) {
      org.deliver({ title: 'Deck', byUserId: org.add('User', user), relatedTo: contact });
    }
    expect(await world.sync()).toMatchObject({ outcome: 'ok', delivered: 2, skipped: {} });
    const sharers = gong.events.map(({ body }) => body?.['sharer']);
    expect(sharers).toContainEqual({ name: 'Process' });
  });

  test('no-url, unless the record is the link', async () => {
    const { org, gong, tenant } = world;
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    const withoutLink = { relatedTo: contact, fields: { DistributionPublicUrl: null } };
    org.deliver({ title: 'Deck', ...withoutLink });
    expect(await world.sync()).toMatchObject({ skipped: { 'no-url': 1 } });

    const { deliveryId } = org.deliver({ title: 'Contract', ...withoutLink });
    const salesforce = { ...tenant.salesforce, contentUrl: 'record' as const };
    await world.sync({ tenant: { ...tenant, salesforce } });
    expect(gong.events.map(({ body }) => body?.['contentUrl'])).toContain(
      `${world.server.origins.salesforce}/${deliveryId}`,
    );
  });

  test('no-url, until the link appears, unless an operator skipped it', async () => {
    const { org } = world;
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    const withoutLink = { relatedTo: contact, fields: { DistributionPublicUrl: null } };
    const { deliveryId } = org.deliver({ title: 'Deck', ...withoutLink });
    const skipped = org.deliver({ title: 'Not this one', ...withoutLink });
    await world.sync();
    const context = await world.context();
    const eventId = `salesforce:${skipped.deliveryId}`;
    await context.db
      .updateTable('event')
      .set({ reason: 'operator' })
      .where('event_id', '=', eventId)
      .execute();

    for (const id of [deliveryId, skipped.deliveryId]) {
      org.update(id, { DistributionPublicUrl: 'https://acme.file.force.example/a/1' });
    }
    const report = await world.sync();
    expect(report).toMatchObject({ found: { salesforce: 0 }, queued: 1, delivered: 1 });
    expect(await stored(deliveryId)).toMatchObject({ state: 'delivered' });
    expect((await stored(deliveryId))?.reason).toBeUndefined();
  });
});

describe('a share whose body the local check rejected', () => {
  const LINK = 'https://acme.file.force.example/a/1';

  async function rejectedDelivery() {
    const contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    const fields = { DistributionPublicUrl: 'not a link' };
    const { deliveryId } = world.org.deliver({ title: 'Deck', relatedTo: contact, fields });
    expect(await world.sync()).toMatchObject({ rejected: 1, calls: { gong: 0 } });
    return deliveryId;
  }

  test.each([
    ['the next sync', () => world.sync()],
    ['a full sync', () => world.sync({ reach: 'all' })],
    ['a backfill', () => world.backfill({ since: world.clock.now() - DAY_MS })],
  ])('is sent once if %s reads it with a valid link', async (_what, read) => {
    const { org, gong } = world;
    const deliveryId = await rejectedDelivery();
    org.update(deliveryId, { DistributionPublicUrl: LINK });
    expect(await read()).toMatchObject({
      outcome: 'ok',
      ...{ found: { salesforce: 0 }, queued: 1, delivered: 1, rejected: 0 },
    });
    expect(await stored(deliveryId)).toMatchObject({ state: 'delivered', errors: [] });
    expect(gong.events.map(({ body }) => body?.['contentUrl'])).toEqual([LINK]);
    await world.sync({ reach: 'all' });
    expect(gong.events).toHaveLength(1);
  });

  test('is held like a new one if it has no record when it is read with a valid link', async () => {
    const { org, gong, clock } = world;
    const deliveryId = await rejectedDelivery();
    org.update(deliveryId, { DistributionPublicUrl: LINK, RelatedRecordId: null });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 0, rejected: 0 });
    expect(await stored(deliveryId)).toMatchObject({ state: 'held', reason: 'unmatched' });
    // Later rows move the cursor past the delivery.
    clock.advance(DAY_MS);
    org.deliver({ title: 'Other' });
    await world.sync();
    clock.advance(3 * DAY_MS);
    expect(await world.sync()).toMatchObject({ queued: 2, delivered: 2 });
    expect(gong.events.map(({ body }) => body?.['contentUrl'])).toContain(LINK);
  });

  test('stays rejected while it is invalid, and is not reported again', async () => {
    const { org } = world;
    const deliveryId = await rejectedDelivery();
    const before = await stored(deliveryId);
    org.update(deliveryId, { DistributionPublicUrl: 'not a link either' });
    expect(await world.sync({ reach: 'all' })).toMatchObject({ outcome: 'ok', rejected: 0 });
    expect(await stored(deliveryId)).toEqual(before);
  });

  test.each([
    ['has no record', 'held unmatched', { RelatedRecordId: null }],
    ['cannot be looked up', 'held lookup-refused', {}],
  ])('stays rejected while it is invalid and %s', async (_what, valid, fields) => {
    const { org } = world;
    const deliveryId = await rejectedDelivery();
    const before = await stored(deliveryId);
    if (valid.includes('refused')) org.denyField('Contact', 'Email');
    org.update(deliveryId, { ...fields, DistributionPublicUrl: 'not a link either' });
    expect(await world.sync({ reach: 'all' })).toMatchObject({ rejected: 0 });
    expect(await stored(deliveryId)).toEqual(before);
    // Control: with a valid link, it waits.
    org.update(deliveryId, { DistributionPublicUrl: LINK });
    expect(await world.sync({ reach: 'all' })).toMatchObject({ rejected: 0 });
    const { state, reason } = (await stored(deliveryId)) ?? {};
    expect(`${state} ${reason}`).toBe(valid);
  });

  test('control: what Gong rejected is not sent again', async () => {
    const { org, server } = world;
    const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
    const { deliveryId } = org.deliver({ title: 'Deck', relatedTo: contact });
    const body = { requestId: 'r', errors: ['no'] };
    const action = { kind: 'answer', status: 400, body } as const;
    server.faults.add({ vendor: 'gong', times: 1, action });
    expect(await world.sync()).toMatchObject({ rejected: 1 });
    org.update(deliveryId, { DistributionPublicUrl: LINK });
    const report = await world.sync({ reach: 'all' });
    expect(report).toMatchObject({ queued: 0, calls: { gong: 0 } });
    expect(await stored(deliveryId)).toMatchObject({ state: 'rejected', attempts: 1 });
  });
});

describe('reading without holes', () => {
  test('a row that becomes visible ten minutes after its timestamp is found by the next run', async () => {
    const { org, clock } = world;
    const late = org.deliver({ title: 'Late', at: clock.now() });
    org.showAt(late.deliveryId, clock.now() + 10 * MINUTE_MS);
    clock.advance(9 * MINUTE_MS);
    org.deliver({ title: 'In time', at: clock.now() });
    expect(await world.sync({ push: 'queue-only' })).toMatchObject({ found: { salesforce: 1 } });

    clock.advance(2 * MINUTE_MS);
    expect(await world.sync({ push: 'queue-only' })).toMatchObject({ found: { salesforce: 1 } });
  });

  test('a file that becomes visible much later is found by a full sync only', async () => {
    const { org, clock } = world;
    const hidden = org.deliver({ title: 'Private', at: clock.now() });
    org.hide(hidden.deliveryId);
    clock.advance(DAY_MS);
    org.deliver({ title: 'Public', at: clock.now() });
    await world.sync({ push: 'queue-only' });
    org.show(hidden.deliveryId);

    expect((await world.sync({ push: 'queue-only' })).found.salesforce).toBe(0);
    expect((await world.sync({ push: 'queue-only', reach: 'all' })).found.salesforce).toBe(1);
    expect((await world.sync({ push: 'queue-only', reach: 'all' })).found.salesforce).toBe(0);
  });

  test('thousands of rows of one second, in small pages, are all found', async () => {
    const { org, clock } = world;
    org.set({ pageRowsMax: 200 });
    const at = clock.now();
    for (let number = 0; number < 1_000; number += 1) org.deliver({ title: `Bulk ${number}`, at });
    expect((await world.sync({ push: 'queue-only' })).found.salesforce).toBe(1_000);
  });

  test('a lost query locator causes repeated reads, but loses no share', async () => {
    const { org, clock, server } = world;
    org.set({ pageRowsMax: 200 });
    for (let number = 0; number < 700; number += 1) {
      org.deliver({ title: `Deck ${number}`, at: clock.now() - number * 1_000 });
    }
    const body = [{ errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }];
    server.faults.add({
      vendor: 'salesforce',
      pathIncludes: '/query/',
      skip: 1,
      times: 1,
      action: { kind: 'answer', status: 400, body },
    });
    const report = await world.sync({ push: 'queue-only' });
    expect(report).toMatchObject({ outcome: 'ok', found: { salesforce: 700 } });
  });
});

test('a start that was moved to an earlier time adds the shares after it once', async () => {
  const { org, clock, tenant } = world;
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  const never = org.deliver({
    title: 'Never read',
    relatedTo: contact,
    at: clock.now() - 6 * DAY_MS,
  });
  const older = org.deliver({ title: 'Skipped', relatedTo: contact, at: clock.now() - 5 * DAY_MS });
  org.update(older.deliveryId, { Name: 'Skipped, renamed' });
  const late = { ...tenant, start: clock.now() - DAY_MS };
  expect(await world.sync({ tenant: late })).toMatchObject({ skipped: { 'before-start': 1 } });

  const early = { ...tenant, start: clock.now() - 8 * DAY_MS };
  const report = await world.sync({ tenant: early });
  expect(report).toMatchObject({ found: { salesforce: 1 }, queued: 2, delivered: 2 });
  expect(await stored(never.deliveryId)).toMatchObject({ state: 'delivered' });
  expect(await stored(older.deliveryId)).toMatchObject({ state: 'delivered' });

  world.org.resetCounters();
  expect(await world.sync({ tenant: early })).toMatchObject({ queued: 0 });
  expect(world.org.counters.rows).toBe(1);
});

test('without `start`, the time of the first sync is stored and used from then on', async () => {
  const { org, clock } = world;
  const { start: _start, ...tenant } = world.tenant;
  org.deliver({ title: 'Before the first sync', at: clock.now() - DAY_MS });
  expect((await world.sync({ tenant })).found.salesforce).toBe(0);

  clock.advance(DAY_MS);
  const contact = org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  org.deliver({ title: 'After', at: clock.now() - 60 * MINUTE_MS, relatedTo: contact });
  expect(await world.sync({ tenant })).toMatchObject({ found: { salesforce: 1 }, delivered: 1 });
});

async function stored(deliveryId: string): Promise<StoredEvent | undefined> {
  const { db } = await world.context();
  const [event] = await findEvents(db, ['acme'], `salesforce:${deliveryId}`);
  return event;
}
