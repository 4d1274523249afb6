import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCursor } from '../../src/db/cursors.ts';
import { type DriveWorld, startDriveWorld } from '../support/drive-world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ADA = 'ada@globex.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld({ detect: ['audit-log'] });
  ann = world.google.addUser(`ann@${world.domain}`);
  const file = world.google.createFile({ name: 'Deck', owner: ann });
  world.google.share(file, { to: ADA, by: ann, at: world.clock.now() - 10 * MINUTE_MS });
});
afterEach(() => world.close());

function configureCrm(crm: Partial<DriveWorld['tenant']['crm']>): void {
  world.tenant = { ...world.tenant, crm: { ...world.tenant.crm, ...crm } };
}

describe('a Drive share without a Salesforce record', () => {
  beforeEach(() => configureCrm({ holdDays: 3 }));

  test('waits for its Contact, and is queued with it', async () => {
    const { sandbox, clock } = world;
    expect(await world.sync()).toMatchObject({ held: 1, queued: 0 });
    expect(await world.events()).toMatchObject([{ state: 'held', reason: 'unmatched' }]);
    clock.advance(DAY_MS);
    expect(await world.sync()).toMatchObject({ held: 0, queued: 0 });
    const contact = sandbox.salesforce.add('Contact', { LastName: 'Byron', Email: ADA });
    expect(await world.sync()).toMatchObject({ queued: 1 });
    const [event] = await world.events();
    expect(event?.body?.crmContext).toEqual([
      { system: 'Salesforce', objects: [{ objectType: 'Contact', objectId: contact }] },
    ]);
    expect(event?.match?.reasons.join(' ')).toContain(`${ADA} belongs to the Contact`);
  });

  test('is skipped after its hold if the tenant is configured so', async () => {
    const { clock } = world;
    await world.sync();
    clock.advance(3 * DAY_MS);
    configureCrm({ unmatched: 'skip' });
    expect(await world.sync()).toMatchObject({ skipped: { unmatched: 1 } });
  });
});

test('objectTypes restricts what is named, not what counts as matched', async () => {
  configureCrm({ holdDays: 3, objectTypes: ['Opportunity'] });
  const contact = world.sandbox.salesforce.add('Contact', { LastName: 'Byron', Email: ADA });
  expect(await world.sync()).toMatchObject({ held: 0, queued: 1 });
  const [event] = await world.events();
  expect(event?.match).toMatchObject({ matched: true, objects: [{ id: contact }] });
  expect(event?.body).not.toHaveProperty('crmContext');
  const own = [{ objectType: 'Contact', objectId: contact }];
  expect(event?.body?.recipients).toEqual([
    { email: ADA, name: 'Byron', context: [{ system: 'Salesforce', objects: own }] },
  ]);
});

test.each([
  ['Contact', { LastName: 'Byron' }],
  ['Lead', { LastName: 'Byron', Company: 'Globex' }],
] as const)('the %s of a recipient has its name in the match', async (type, fields) => {
  const id = world.sandbox.salesforce.add(type, { ...fields, Email: ADA });
  await world.sync();
  const [event] = await world.events();
  expect(event?.match?.objects).toEqual([{ type, id, name: 'Byron' }]);
});

test('a failed look-up stores no share and moves no cursor; the next run does both', async () => {
  const { sandbox } = world;
  const { salesforce } = sandbox;
  salesforce.denyObject('Contact');
  expect(await world.sync()).toMatchObject({ queued: 0, errors: [{ stage: 'crm' }] });
  const { db } = await world.context();
  expect(await world.events()).toEqual([]);
  expect(await readCursor(db, { tenant: 'acme', stream: 'drive/acts' })).toBeUndefined();
  salesforce.allowObject('Contact');
  salesforce.add('Contact', { LastName: 'Byron', Email: ADA });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1 });
});
