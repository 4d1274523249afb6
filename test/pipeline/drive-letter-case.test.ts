import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { explain } from '../../src/operator/explain.ts';
import { listFilteredEvents } from '../../src/operator/filter-events.ts';
import { forgetPerson } from '../../src/operator/forget.ts';
import { capitalized, changeAddresses } from '../support/change-addresses.ts';
import { type DriveWorld, startDriveWorld } from '../support/drive-world.ts';
import { syncHourly } from '../support/sync-hourly.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const INES = 'Ines.Marlow@Client.example';
const LOWER = INES.toLowerCase();
const UPPER = INES.toUpperCase();
const inLowerCase = (address: string) => address.toLowerCase();
const inUpperCase = (address: string) => address.toUpperCase();

const DETECTORS = [
  ['the audit log', ['audit-log']],
  ['the change log', ['changes']],
  ['both logs', ['audit-log', 'changes']],
] as const;

let world: DriveWorld;
let ann: string;
let file: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
  file = world.google.createFile({ name: 'Deck', owner: ann });
});
afterEach(() => world.close());

const sync = (times = 1) => syncHourly(world, times);

async function rowsOf(table: 'grant' | 'event' | 'activity') {
  const db: Database = (await world.context()).db;
  return db.selectFrom(table).selectAll().orderBy('tenant').execute();
}

describe('an address in mixed case', () => {
  test.each(DETECTORS)('is sent as given: %s', async (_logs, detect) => {
    world.configure({ detect });
    const { google } = world;
    changeAddresses(google, (address) => (address === ann ? capitalized(ann) : address));
    google.share(file, { to: INES, by: ann });
    await sync(2);
    const [event, ...others] = await world.events();
    expect(others).toEqual([]);
    expect(event?.body?.recipients).toEqual([{ email: INES, name: expect.any(String) }]);
    expect(event?.body?.sharer).toEqual({ email: capitalized(ann), name: 'Ann Tester' });
    expect(JSON.stringify(event?.body)).not.toContain(LOWER);
  });

  test('reaches Gong as given', async () => {
    const { google, sandbox, clock } = world;
    google.share(file, { to: INES, by: ann });
    clock.advance(HOUR_MS);
    expect(await world.sync({ push: 'send' })).toMatchObject({ outcome: 'ok', delivered: 1 });
    const [{ body } = expect.fail('nothing was sent')] = sandbox.gong.events;
    expect(body).toMatchObject({ recipients: [{ email: INES }] });
  });

  test('of a group, and of a member of a shared drive, is sent as given', async () => {
    const { google } = world;
    const team = 'Buyers@Client.example';
    google.share(file, { group: team, by: ann });
    changeAddresses(google, (address) => (address === ann ? capitalized(ann) : address));
    const drive = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
    await sync();
    google.setMember(drive, { member: INES, role: 'reader', by: ann });
    await sync(2);
    const sent = (await world.events()).map(({ body }) => body?.recipients?.map((to) => to.email));
    expect(sent.sort()).toEqual([[team], [INES]]);
  });

  test.each([
    ['lower case', LOWER],
    ['upper case', UPPER],
  ])('is sent as given, also if the Contact has it in %s', async (_case, email) => {
    const { google, sandbox } = world;
    const contact = sandbox.salesforce.add('Contact', { LastName: 'Marlow', Email: email });
    google.share(file, { to: INES, by: ann });
    await sync();
    const [event] = await world.events();
    expect(event?.match).toMatchObject({
      matched: true,
      objects: [{ type: 'Contact', id: contact, name: 'Marlow' }],
    });
    const own = [{ objectType: 'Contact', objectId: contact }];
    expect(event?.body?.recipients).toEqual([
      { email: INES, name: 'Marlow', context: [{ system: 'Salesforce', objects: own }] },
    ]);
  });
});

describe('the ids of a share', () => {
  test.each(DETECTORS)('are the same in any case: %s', async (_logs, detect) => {
    const { google, clock } = world;
    google.share(file, { to: [INES, 'Ada.King+Deals@Gmail.com'], by: ann });
    clock.advance(2 * MINUTE_MS);
    const ids = new Set<string>();
    const sent = new Set<string | undefined>();
    for (const change of [(address: string) => address, inLowerCase, inUpperCase]) {
      changeAddresses(google, change);
      const reader = await world.openReader({ detect }, world.start);
      expect(await reader.sync()).toMatchObject({ outcome: 'ok' });
      const [event, ...others] = await reader.events();
      expect(others).toEqual([]);
      ids.add(`${event?.eventId} ${event?.share.shareId}`);
      sent.add(event?.body?.recipients?.[0]?.email);
    }
    expect(ids.size).toBe(1);
    expect(sent).toEqual(new Set([INES, LOWER, UPPER]));
  });
});

describe('one grantee in two cases', () => {
  test('of one action is one recipient', async () => {
    world.google.share(file, { to: [INES, LOWER, UPPER], by: ann });
    expect(await sync(2)).toEqual([`audit-log pending: ${ann} -> ${INES}: Deck`]);
    expect((await world.events())[0]?.body?.recipients).toHaveLength(1);
    expect(await rowsOf('grant')).toHaveLength(1);
  });

  test.each([
    ['the audit log', 0, INES, LOWER],
    ['the audit log', 0, LOWER, INES],
    ['the change log', 90 * MINUTE_MS, INES, LOWER],
    ['the change log', 90 * MINUTE_MS, LOWER, UPPER],
  ])('is one event if %s is first (%d ms): %s, logged as %s', async (_log, lateMs, to, logged) => {
    const { google, clock } = world;
    google.setLateAudit(lateMs);
    google.share(file, { to, by: ann, loggedAs: logged });
    // The change log then has a different time.
    clock.advance(2 * MINUTE_MS);
    google.edit(file, { by: ann });
    expect(await sync(4)).toEqual([`audit-log pending: ${ann} -> ${logged}: Deck`]);
    expect(await rowsOf('grant')).toHaveLength(1);
  });

  test('keeps its own name and case if the audit log reports only another grantee', async () => {
    const { google } = world;
    google.withoutAccount(LOWER);
    google.setLateAudit(90 * MINUTE_MS);
    google.share(file, { to: ['Ben@Initech.example', INES], by: ann });
    expect(await sync()).toEqual([
      `changes held audit-log: ${ann} -> Ben@Initech.example ${INES}: Deck`,
    ]);
    expect(await sync(2)).toEqual([
      `audit-log pending: ${ann} -> Ben@Initech.example: Deck`,
      expect.stringMatching(new RegExp(`^changes .*-> ${INES}: Deck$`)),
    ]);
  });

  test('is revoked, and granted again, in any case', async () => {
    world.configure({ detect: ['audit-log'] });
    const { google, clock } = world;
    google.share(file, { to: INES, by: ann });
    clock.advance(20 * MINUTE_MS);
    google.revoke(file, { to: UPPER, by: ann });
    await sync(2);
    expect(await rowsOf('grant')).toMatchObject([{ revoked_at: expect.any(Number) }]);
    google.share(file, { to: LOWER, by: ann });
    expect(await sync(2)).toHaveLength(2);
    expect((await rowsOf('grant')).map(({ generation }) => generation).sort()).toEqual([1, 2]);
  });
});

describe('the rows of an earlier version, which stored every address in lower case', () => {
  test.each(DETECTORS)('are known, and stay as they are: %s', async (_logs, detect) => {
    world.configure({ detect });
    const { google, clock } = world;
    changeAddresses(google, inLowerCase);
    google.share(file, { to: INES, by: ann });
    await sync(2);
    const stored = [await rowsOf('event'), await rowsOf('activity'), await rowsOf('grant')];
    expect(stored[0]).toHaveLength(1);
    expect(stored[2]).toHaveLength(1);

    changeAddresses(google, (address) => (address === ann ? capitalized(ann) : address));
    google.edit(file, { by: ann });
    expect(await sync(2)).toHaveLength(1);
    expect([await rowsOf('event'), await rowsOf('activity'), await rowsOf('grant')]).toEqual(
      stored,
    );

    const full = await world.sync({ reach: 'all' });
    expect(full).toMatchObject({ outcome: 'ok', found: { 'google-drive': 0 } });
    const window = { since: world.start, until: clock.now() };
    if (world.tenant.googleDrive?.detect.includes('audit-log')) {
      expect(await world.backfill(window)).toMatchObject({ outcome: 'ok', queued: 0 });
    }
    expect(await rowsOf('event')).toEqual(stored[0]);
    expect(await rowsOf('grant')).toHaveLength(1);
  });
});

describe('a person is found in any case', () => {
  const texts = [INES, LOWER, UPPER, `Ines Marlow <${INES}>`, `mailto:${UPPER}`];

  test.each(texts)('among events: %s', async (text) => {
    world.google.share(file, { to: INES, by: ann });
    await sync();
    const context = await world.context();
    const windows = [{ tenants: ['acme'] }];
    expect(await listFilteredEvents(context.db, { windows, limit: 10, text })).toHaveLength(1);
    const [explained] = await explain(context, [world.tenant], { text, limit: 10 });
    expect(explained?.sentences.join('\n')).toContain(`Shared with: ines.marlow (${INES})`);
  });

  test.each(texts.slice(0, 3))('in the baseline: %s', async (text) => {
    const { google, start } = world;
    const old = google.createFile({ name: 'Old', owner: ann, at: start - 2 * HOUR_MS });
    google.share(old, { to: INES, by: ann, at: start - HOUR_MS });
    await sync();
    const found = await explain(await world.context(), [world.tenant], { text, limit: 10 });
    expect(found.flatMap(({ sentences }) => sentences).join('\n')).toContain('as a baseline');
  });
});

describe('a forgotten person', () => {
  const signal = new AbortController().signal;
  const traces = async () =>
    JSON.stringify([await rowsOf('event'), await rowsOf('activity'), await rowsOf('grant')]);

  test.each([INES, LOWER, UPPER])('stays forgotten in any case: %s', async (email) => {
    const { google } = world;
    google.share(file, { to: [INES, 'ben@initech.example'], by: ann });
    await sync();
    expect((await traces()).toLowerCase()).toContain(LOWER);
    const context = await world.context();
    const counts = await forgetPerson(context, { tenant: 'acme', email, signal });
    expect(counts).toMatchObject({ events: 1, grants: 1 });
    expect((await traces()).toLowerCase()).not.toContain(LOWER);
    changeAddresses(google, inUpperCase);
    expect(await world.sync({ reach: 'all' })).toMatchObject({ found: { 'google-drive': 0 } });
    expect((await traces()).toLowerCase()).not.toContain(LOWER);
  });

  test('who shared is not in the staged entries, as if these were read again', async () => {
    const { google } = world;
    changeAddresses(google, (address) => (address === ann ? capitalized(ann) : address));
    google.share(file, { to: INES, by: ann });
    await sync();
    const payloads = async () => (await rowsOf('activity')).map(({ payload }) => payload).join();
    expect(await payloads()).toContain(capitalized(ann));
    await forgetPerson(await world.context(), { tenant: 'acme', email: ann, signal });
    expect((await traces()).toLowerCase()).not.toContain(ann);
    expect(await payloads()).not.toMatch(/actorEmail|erased/);
  });
});

describe('in capitals', () => {
  test('a colleague is no outsider, at any address', async () => {
    const { google, domain } = world;
    google.addUser(`bob@${domain}`);
    google.addUser({ email: `eve@${domain}`, aliases: ['eve@sold.example'] });
    const to = [`BOB@${domain.toUpperCase()}`, 'Eve@Sold.example'];
    google.share(file, { to, by: ann });
    expect(await sync(2)).toEqual([]);
    expect(await rowsOf('grant')).toEqual([]);
  });

  test('a sharer of another company is still an outsider', async () => {
    const { google, clock } = world;
    google.share(file, { to: 'eve@globex.example', role: 'writer', by: ann });
    clock.advance(2 * MINUTE_MS);
    changeAddresses(google, (address) =>
      address === 'eve@globex.example' ? capitalized(address) : address,
    );
    google.share(file, { to: INES, by: 'eve@globex.example' });
    expect(await sync(2)).toEqual([
      `audit-log pending: ${ann} -> Eve@Globex.Example: Deck`,
      `audit-log skipped external-sharer: Eve@Globex.Example -> ${INES}: Deck`,
    ]);
  });
});
