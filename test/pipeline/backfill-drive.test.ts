import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listBackfills } from '../../src/db/backfills.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { dryBackfill } from '../../src/runs/dry-run.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';
import { recordPlan } from '../support/dry-run-plan.ts';
import { listCursors } from '../support/list-cursors.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

function daysAgo(days: number): number {
  return world.clock.now() - days * DAY_MS;
}

/** A file that Ann shared `days` days ago. */
function sharedFile(name: string, days: number, to = ADA): string {
  const file = world.google.createFile({ name, owner: ann, at: daysAgo(days + 1) });
  world.google.share(file, { to, by: ann, at: daysAgo(days) });
  return file;
}

async function rowsOf(table: 'cursor' | 'activity'): Promise<unknown[]> {
  const { db } = await world.context();
  return db.selectFrom(table).selectAll().execute();
}

describe('a backfill from the audit log', () => {
  test('finds who shared what in the window, and when, whatever `start` is', async () => {
    for (const [name, days] of [
      ['Before', 40],
      ['In', 20],
      ['After', 5],
    ] as const) {
      sharedFile(name, days);
    }
    const since = daysAgo(30);
    const report = await world.backfill({ since, until: daysAgo(10) });
    expect(report).toMatchObject({ kind: 'backfill', outcome: 'ok', found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([`audit-log pending: ${ann} -> ${ADA}: In`]);
    const [event] = await world.events();
    expect(event).toMatchObject({ priority: PRIORITY.backfill });
    expect(event?.share.drive?.detector).toBe('audit-log');
  });

  test('includes the first millisecond of the window, and excludes its end', async () => {
    const [since, until] = [daysAgo(30), daysAgo(10)];
    for (const at of [since - 1, since, until - 1, until]) {
      const name = `${at}`;
      const file = world.google.createFile({ name, owner: ann, at: at - DAY_MS });
      world.google.share(file, { to: ADA, by: ann, at });
    }
    await world.backfill({ since, until });
    const times = (await world.events()).map(({ sharedAt }) => sharedAt);
    expect(times.toSorted()).toEqual([since, until - 1]);
  });

  test('and syncs in any order report each share once, even those that were not new to a sync', async () => {
    const file = sharedFile('Old', 20);
    sharedFile('Late', 0.5);
    await world.backfill({ since: daysAgo(25), until: daysAgo(15) });
    world.clock.advance(HOUR_MS);
    await world.sync();
    world.google.share(file, { to: BEN, by: ann });
    world.clock.advance(HOUR_MS);
    await world.sync();
    await world.backfill({ since: daysAgo(30) });
    world.clock.advance(HOUR_MS);
    await world.sync();
    await world.sync({ reach: 'all' });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Late`,
      `audit-log pending: ${ann} -> ${ADA}: Old`,
      `audit-log pending: ${ann} -> ${BEN}: Old`,
    ]);
  });

  test('also resolves a share that waits for the audit log', async () => {
    const file = world.google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    world.clock.advance(HOUR_MS);
    world.google.setLateAudit(2 * MINUTE_MS);
    world.google.share(file, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ held: 1 });
    world.clock.advance(HOUR_MS);
    const report = await world.backfill({ since: daysAgo(1) });
    expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 0 } });
    await world.sync();
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
    ]);
  });

  test('does not change the cursors and entries of sync, and leaves none of its own', async () => {
    sharedFile('Late', 0.5);
    await world.sync();
    const before = [await rowsOf('cursor'), await rowsOf('activity')];
    sharedFile('Old', 20);
    // A sync would read it, but none has run yet.
    sharedFile('Today', 0.1);
    expect(await world.backfill({ since: daysAgo(30) })).toMatchObject({ queued: 2 });
    expect([await rowsOf('cursor'), await rowsOf('activity')]).toEqual(before);
  });
});

describe('a share that a sync skipped as older than `start`', () => {
  /** A share made ten hours ago, before a `start` that was moved to now. */
  async function skippedByAge(by: string): Promise<void> {
    const { google } = world;
    const file = google.createFile({ name: 'Deck', owner: by, at: daysAgo(2) });
    google.share(file, { to: ADA, by, at: daysAgo(0.4) });
    await world.sync();
    const { db } = await world.context();
    await db
      .updateTable('event')
      .set({ state: 'skipped', reason: 'before-start', body: null, match: null })
      .execute();
    world.tenant = { ...world.tenant, start: world.clock.now() };
  }

  test('is sent by the backfill of its window', async () => {
    await skippedByAge(ann);
    expect(await world.backfill({ since: daysAgo(1) })).toMatchObject({
      outcome: 'ok',
      found: { 'google-drive': 0 },
      queued: 1,
    });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Deck`,
    ]);
  });

  test('is sent even if its sharer is in a domain that only the Directory knows', async () => {
    world.google.addDomain('acme.de');
    const eva = world.google.addUser('eva@acme.de');
    await skippedByAge(eva);
    expect(await world.backfill({ since: daysAgo(1) })).toMatchObject({ queued: 1, skipped: {} });
  });

  test('is sent even without the audit log, because it is on record', async () => {
    await skippedByAge(ann);
    world.configure({ detect: ['changes'] });
    const report = await world.backfill({ since: daysAgo(1) });
    expect(report).toMatchObject({ queued: 1, errors: [{ stage: 'google-drive' }] });
  });
});

describe('without the audit log', () => {
  test('Drive is refused with the reason, and Salesforce is read', async () => {
    const salesforce = { ...world.tenant.salesforce, contentDistributions: true };
    world.tenant = { ...world.tenant, salesforce };
    world.configure({ detect: ['changes'] });
    sharedFile('Deck', 20);
    const org = world.sandbox.salesforce;
    const contact = org.add('Contact', { LastName: 'Byron', Email: ADA });
    org.deliver({ title: 'Deck', relatedTo: contact, at: daysAgo(20) });
    const report = await world.backfill({ since: daysAgo(300) });
    expect(report).toMatchObject({
      outcome: 'partial',
      found: { salesforce: 1, 'google-drive': 0 },
      errors: [
        {
          stage: 'google-drive',
          message: 'Google Drive has no history without the audit log',
        },
      ],
    });
    expect(report.errors[0]?.hint).toContain('googleDrive.detect');
    expect(world.warnings).toEqual([]);
    const { db } = await world.context();
    const states = (await listBackfills(db, 'acme')).map(({ source, state }) => [source, state]);
    // The same command could never resume Drive's window, so it is not in progress.
    expect(states).toEqual([['salesforce', 'read']]);
    // Drive alone: nothing could be read.
    const alone = await world.backfill({ since: daysAgo(300), source: 'google-drive' });
    expect(alone).toMatchObject({ outcome: 'failed', calls: { salesforce: 0 } });
    const other = await world.backfill({ since: daysAgo(300), source: 'salesforce' });
    expect(other).toMatchObject({ outcome: 'ok', errors: [], calls: { google: 0 } });
  });
});

describe('180 days', () => {
  test('of an older window, the rest is read, and the log says what is missing', async () => {
    sharedFile('Lost', 190);
    sharedFile('Kept', 170);
    const report = await world.backfill({ since: daysAgo(365) });
    expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Kept`,
    ]);
    const kept = new Date(daysAgo(180) + HOUR_MS).toISOString().slice(0, 10);
    expect(world.warnings).toEqual([
      `Google keeps the audit log for 180 days, so Drive has no history before ${kept}; ` +
        'the rest of the window is read',
    ]);
  });

  test('an entirely older window is reported, and Google is not queried', async () => {
    sharedFile('Lost', 190);
    const report = await world.backfill({ since: daysAgo(365), until: daysAgo(181.5) });
    expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 0 } });
    expect(world.warnings[0]).toContain('the entire window is older');
    expect(world.google.calls.byMethod).not.toHaveProperty(['activities.list']);
  });

  test('control: a newer window logs nothing', async () => {
    sharedFile('Kept', 170);
    expect(await world.backfill({ since: daysAgo(179) })).toMatchObject({ queued: 1 });
    expect(world.warnings).toEqual([]);
  });
});

test('a dry run writes nothing, and shows the bodies that the backfill then queues', async () => {
  sharedFile('Late', 0.5);
  await world.sync();
  for (const [index, name] of ['One', 'Two', 'Three'].entries()) sharedFile(name, 20 + index);
  const { db } = await world.context();
  const dump = async () => {
    const tables = ['cursor', 'activity', 'grant', 'event', 'backfill', 'run', 'lease'] as const;
    return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  };
  const before = await dump();
  const { bodies, ...how } = recordPlan();
  const window = { since: daysAgo(30), until: daysAgo(10) };
  const report = await dryBackfill(await world.context(), {
    tenant: world.tenant,
    window,
    signal: new AbortController().signal,
    ...how,
  });
  expect(report).toMatchObject({ found: 3, wouldSend: 3, errors: [] });
  expect(await dump()).toEqual(before);
  await world.backfill(window);
  const queued = (await world.events()).filter(({ priority }) => priority === PRIORITY.backfill);
  expect(bodies.map((body) => JSON.stringify(body)).toSorted()).toEqual(
    queued.map(({ body }) => JSON.stringify(body)).toSorted(),
  );
});

describe('an interrupted window', () => {
  test.each([
    ['within the second kind of entry', 'eventName=change_document_access_scope'],
    ['within the last kind of entry', 'eventName=shared_drive_membership_change'],
  ])('%s: resumes with its own cursors, with the same result', async (_name, path) => {
    for (let number = 0; number < 6; number += 1) sharedFile(`File ${number}`, 12 + number);
    const window = { since: daysAgo(30), until: daysAgo(10) };
    refuseOnce(path);
    const broken = await world.backfill(window);
    expect(broken).toMatchObject({ queued: 0, errors: [{ stage: 'google-drive' }] });
    const { db } = await world.context();
    const streams = (await listCursors(db, 'acme')).map(({ stream }) => stream);
    const ends = [window.since, window.until].map((at) => new Date(at).toISOString());
    const own = `backfill/google-drive/${ends.join('/')}/audit-log/`;
    expect(streams).toContain(`${own}change_user_access`);
    expect(streams.filter((stream) => !stream.startsWith(own))).toEqual([]);
    world.clock.advance(HOUR_MS);
    const rest = await world.backfill(window);
    expect(rest).toMatchObject({ outcome: 'ok', errors: [] });
    expect(await world.events()).toHaveLength(6);
    expect(await rowsOf('cursor')).toEqual([]);
    expect(await rowsOf('activity')).toEqual([]);
  });
});

/** Makes Google refuse the next request with this path. */
function refuseOnce(pathIncludes: string): void {
  const error = { code: 403, message: 'no', errors: [{ reason: 'forbidden' }] };
  const action = { kind: 'answer', status: 403, body: { error } } as const;
  world.sandbox.faults.add({ vendor: 'google', pathIncludes, times: 1, action });
}

test('entries that became visible while an open-ended window was interrupted are found', async () => {
  world.google.setLateAudit(3 * HOUR_MS);
  sharedFile('Late', 0.01);
  const window = { since: daysAgo(30) };
  refuseOnce('eventName=shared_drive_membership_change');
  await world.backfill(window);
  world.clock.advance(4 * HOUR_MS);
  expect(await world.backfill(window)).toMatchObject({ outcome: 'ok', queued: 1 });
});

test('a start in the future is not an error: there is nothing to read yet', async () => {
  world.tenant = { ...world.tenant, start: world.clock.now() + DAY_MS };
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
});
