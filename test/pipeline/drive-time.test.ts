import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeCursor } from '../../src/db/cursors.ts';
import { Secret } from '../../src/lib/secret.ts';
import { dryRun } from '../../src/runs/dry-run.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';
import { recordPlan } from '../support/dry-run-plan.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ADA = 'ada@globex.example';

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

function shareFile(name: string, days = 0): void {
  const at = daysAgo(days);
  const file = world.google.createFile({ name, owner: ann, at });
  world.google.share(file, { to: ADA, by: ann, at });
}

function startAt(start: number): void {
  world.tenant = { ...world.tenant, start };
}

async function advance(ms: number): Promise<void> {
  world.clock.advance(ms);
  // Access tokens expire after an hour.
  world.google.expire();
}

/** The times in the stored positions of Drive, in epoch milliseconds. */
async function storedTimes(): Promise<number[]> {
  const { db } = await world.context();
  const cursors = await db.selectFrom('cursor').select('position').execute();
  const times = cursors.flatMap(
    ({ position }) => position.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [],
  );
  return times.map((time) => Date.parse(time));
}

describe("a clock that is 50 hours ahead of Google's", () => {
  test.each([[['audit-log']], [['changes']], [['audit-log', 'changes']]] as const)(
    'stores no position in the future and loses no share: %s',
    async (detect) => {
      world.configure({ detect: [...detect] });
      await world.sync();
      world.aheadMs = 50 * HOUR_MS;
      shareFile('During');
      await world.sync();
      expect(Math.max(...(await storedTimes()))).toBeLessThanOrEqual(world.clock.now());
      world.aheadMs = 0;
      await advance(2 * HOUR_MS);
      shareFile('After');
      // A share action is complete after a minute.
      await advance(2 * MINUTE_MS);
      expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
      expect((await world.events()).map(({ share }) => share.content.title).sort()).toEqual([
        'After',
        'During',
      ]);
    },
  );

  test('does not move the stored start of a tenant without one', async () => {
    const { start: _, ...withoutStart } = world.tenant;
    world.tenant = withoutStart;
    world.aheadMs = 50 * HOUR_MS;
    await world.sync();
    expect(Math.max(...(await storedTimes()))).toBeLessThanOrEqual(world.clock.now());
    world.aheadMs = 0;
    await advance(HOUR_MS);
    shareFile('After');
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 1 }, errors: [] });
  });
});

test('a hold ends by the clock of Salesforce: ours is 100 hours ahead', async () => {
  const { salesforce: org } = world.sandbox;
  // Salesforce refuses the assertions of such a clock, but no secret depends on the time.
  const client = { clientId: 'web', clientSecret: 'web-secret-1' };
  org.addClient({ ...client, runAsUserId: org.userId });
  const { clientId, clientSecret } = client;
  world.tenant = {
    ...world.tenant,
    salesforce: {
      ...world.tenant.salesforce,
      auth: { flow: 'client-credentials', clientId, clientSecret: new Secret(clientSecret) },
    },
    crm: { ...world.tenant.crm, holdDays: 3 },
  };
  shareFile('Unmatched');
  await advance(HOUR_MS);
  expect(await world.sync()).toMatchObject({ held: 1, errors: [] });
  world.aheadMs = 100 * HOUR_MS;
  expect(await world.sync()).toMatchObject({ queued: 0, errors: [] });
  world.aheadMs = 0;
  await advance(3 * DAY_MS);
  expect(await world.sync()).toMatchObject({ queued: 1, errors: [] });
});

describe('a backfill without an end', () => {
  test.each([50, -50])("ends now by Google's clock: ours is %i hours ahead", async (hours) => {
    shareFile('Seen');
    await advance(HOUR_MS);
    world.aheadMs = hours * HOUR_MS;
    world.configure({ detect: ['audit-log'] });
    const report = await world.backfill({ since: daysAgo(1), source: 'google-drive' });
    // Salesforce refuses the login of such a clock, so the share waits for the next attempt.
    expect(report.errors.filter(({ stage }) => stage === 'google-drive')).toEqual([]);
    const { db } = await world.context();
    expect(await db.selectFrom('activity').selectAll().execute()).toHaveLength(1);
  });
});

describe('a stored position in the future', () => {
  async function store(stream: string, position: object): Promise<void> {
    const { db } = await world.context();
    const cursor = { tenant: 'acme', stream, position: JSON.stringify(position), updatedAt: 0 };
    await writeCursor(db, cursor);
  }
  const future = () => new Date(world.clock.now() + 50 * HOUR_MS).toISOString();

  test.each(['until', 'window'])(
    'of the audit log (%s) is moved back, and reported once',
    async (kind) => {
      world.configure({ detect: ['audit-log'] });
      await world.sync();
      shareFile('Missed', 0.1);
      const until = future();
      const from = new Date(daysAgo(0.5)).toISOString();
      await store(
        'drive/audit-log/change_user_access',
        kind === 'until' ? { until } : { window: { from, until, page: 'lost' } },
      );
      const report = await world.sync();
      expect(report).toMatchObject({ outcome: 'partial', found: { 'google-drive': 1 } });
      expect(report.errors).toEqual([
        expect.objectContaining({
          stage: 'google-drive',
          message: expect.stringContaining(`the stored position was in the future: ${until}, at`),
        }),
      ]);
      expect(Math.max(...(await storedTimes()))).toBeLessThanOrEqual(world.clock.now());
      expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    },
  );

  test('of the start is moved back, and reported once', async () => {
    const { start: _, ...withoutStart } = world.tenant;
    world.tenant = withoutStart;
    await store('start', { start: future() });
    const report = await world.sync();
    expect(report.errors).toMatchObject([
      { message: expect.stringContaining('was in the future') },
    ]);
    await advance(HOUR_MS);
    shareFile('After');
    expect(await world.sync()).toMatchObject({ found: { 'google-drive': 1 }, errors: [] });
  });

  test('of the start hides nothing from a dry run, which reports it too', async () => {
    const { start: _, ...withoutStart } = world.tenant;
    world.tenant = withoutStart;
    await store('start', { start: future() });
    const { events, ...recorded } = recordPlan();
    const { signal } = new AbortController();
    const options = { tenant: world.tenant, signal, reach: 'new', ...recorded } as const;
    const { errors } = await dryRun(await world.context(), options);
    expect(errors).toMatchObject([{ message: expect.stringContaining('was in the future') }]);
    const { db } = await world.context();
    const stored = await db.selectFrom('cursor').select('stream').execute();
    expect(stored).toEqual([{ stream: 'start' }]);
    expect(events).toEqual([]);
  });
});

describe('the audit log further back than 180 days', () => {
  /** The sandbox rejects an earlier start in Google's words, which would be an error of the run. */
  test.each([[false], [true]])(
    'a first start 200 days ago reads the rest, and says so (full: %s)',
    async (full) => {
      world.configure({ detect: ['audit-log'] });
      startAt(daysAgo(200));
      shareFile('Lost', 190);
      shareFile('Kept', 170);
      const report = await world.sync(full ? { reach: 'all' } : {});
      expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 1 } });
      expect(world.warnings).toEqual([
        expect.stringMatching(
          /^Google keeps the audit log for 180 days, so Drive has no history before .*; the rest is read$/,
        ),
      ]);
      await world.sync();
      expect(world.warnings).toHaveLength(1);
    },
  );

  test('a pause of 190 days is reported with the time that is lost', async () => {
    world.configure({ detect: ['audit-log'] });
    await world.sync();
    const left = world.clock.now();
    await advance(190 * DAY_MS);
    shareFile('Kept', 1);
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', found: { 'google-drive': 1 } });
    expect(report.errors).toMatchObject([
      {
        message: expect.stringMatching(
          new RegExp(
            `the entries from ${new Date(left).toISOString().slice(0, 10)}\\S+ to \\S+ were not read`,
          ),
        ),
      },
    ]);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  });

  test('a pause of exactly 180 days has no error of Google', async () => {
    world.configure({ detect: ['audit-log'] });
    await world.sync();
    await advance(180 * DAY_MS);
    shareFile('Kept', 1);
    const report = await world.sync();
    expect(report).toMatchObject({ found: { 'google-drive': 1 } });
    expect(report.errors.map(({ message }) => message).join()).not.toContain('Google returned');
  });

  test('a window that was interrupted 180 days ago is not continued', async () => {
    world.configure({ detect: ['audit-log'] });
    await world.sync();
    const { db } = await world.context();
    const from = new Date(daysAgo(180)).toISOString();
    const until = new Date(daysAgo(179)).toISOString();
    const position = JSON.stringify({ until: from, window: { from, until, page: 'old' } });
    const stream = 'drive/audit-log/change_user_access';
    await writeCursor(db, { tenant: 'acme', stream, position, updatedAt: 0 });
    shareFile('Kept', 1);
    const report = await world.sync();
    expect(report).toMatchObject({ found: { 'google-drive': 1 } });
    expect(report.errors.map(({ message }) => message).join()).not.toContain('Google returned');
  });

  test('an entry that has waited for longer does not query its creation', async () => {
    const { google } = world;
    world.configure({ detect: ['audit-log'] });
    const members = { [ann]: 'organizer', [ADA]: 'reader' } as const;
    const drive = google.addSharedDrive({ name: 'Deals', members, at: world.start - HOUR_MS });
    const file = google.createFile({ name: 'Waiting', drive, by: ann });
    await advance(HOUR_MS);
    await world.sync();
    // The action is not complete yet, so the next run forms its share.
    google.share(file, { to: ADA, by: ann, role: 'writer' });
    await world.sync();
    await advance(181 * DAY_MS);
    const report = await world.sync();
    expect(report).toMatchObject({ found: { 'google-drive': 1 } });
    expect(report.errors.map(({ message }) => message).join()).not.toContain('Google returned');
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  });

  test('a backfill at 179.5 days finds its share', async () => {
    shareFile('Kept', 179.5);
    const report = await world.backfill({ since: daysAgo(179.6), until: daysAgo(179) });
    expect(report).toMatchObject({ outcome: 'ok', errors: [], found: { 'google-drive': 1 } });
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Kept`,
    ]);
    expect(world.warnings).toEqual([]);
  });

  test.each([5, -5])("is counted by Google's clock: ours is %i days ahead", async (days) => {
    world.configure({ detect: ['audit-log'] });
    world.aheadMs = days * DAY_MS;
    startAt(daysAgo(200));
    shareFile('Kept', 178);
    // Salesforce refuses the login of such a clock, so the share waits for the next run.
    const { errors } = await world.sync();
    expect(errors.filter(({ stage }) => stage === 'google-drive')).toEqual([]);
    const { db } = await world.context();
    expect(await db.selectFrom('activity').selectAll().execute()).toHaveLength(1);
  });
});
