import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { dryRun } from '../../src/runs/dry-run.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';
import { recordPlan } from '../support/dry-run-plan.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADA = 'ada@globex.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

describe('the configuration', () => {
  test('removing an internal domain causes no burst, and new shares are found', async () => {
    world.tenant = { ...world.tenant, internalDomains: [world.domain, 'globex.example'] };
    const { google, clock } = world;
    const [old, other] = ['Old', 'Other'].map((name) => google.createFile({ name, owner: ann }));
    google.share(old ?? '', { to: ADA, by: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    await world.sync();
    expect(await world.events()).toEqual([]);

    world.tenant = { ...world.tenant, internalDomains: [world.domain] };
    clock.advance(HOUR_MS);
    google.rename(old ?? '', 'Old, renamed', { by: ann });
    await world.sync();
    expect(await world.events()).toEqual([]);
    clock.advance(HOUR_MS);
    google.share(other ?? '', { to: ADA, by: ann });
    clock.advance(HOUR_MS);
    await world.sync();
    expect(summariesOf(await world.events())).toEqual([
      `audit-log pending: ${ann} -> ${ADA}: Other`,
    ]);
  });

  test('suspended users are skipped; a listed user who cannot be read is an error', async () => {
    const { google } = world;
    const gone = google.addUser(`gone@${world.domain}`);
    google.setUserState(gone, 'suspended');
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    world.configure({ users: [ann, gone] });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', errors: [{ stage: 'google-drive' }] });
    expect(report.errors[0]?.message).toContain(gone);
  });

  test('a share that is held for the audit log is queued if the audit log is no longer configured', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    clock.advance(HOUR_MS);
    google.setLateAudit(Number.POSITIVE_INFINITY);
    google.share(file, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ held: 1 });
    world.configure({ detect: ['changes'] });
    expect(await world.sync()).toMatchObject({ queued: 1 });
  });

  test('without the privilege for the audit log, change logs are read and shares wait a day', async () => {
    const { google, clock } = world;
    const file = google.createFile({ name: 'Deck', owner: ann });
    await world.sync();
    google.deny(google.admin, 'reports');
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann });
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', held: 1 });
    expect(report.errors[0]?.message).toMatch(/^the audit log: /);
    clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 0 });
    clock.advance(23 * HOUR_MS);
    expect(await world.sync()).toMatchObject({ queued: 1 });
  });
});

test('a dry run finds what a run would, and changes nothing', async () => {
  const { google, clock } = world;
  const file = google.createFile({ name: 'Deck', owner: ann });
  await world.sync();
  clock.advance(HOUR_MS);
  google.share(file, { to: ADA, by: ann, at: clock.now() - 10 * MINUTE_MS });
  const context = await world.context();
  const before = await rowsOf(context.db);
  for (const _attempt of [1, 2]) {
    const { bodies, ...how } = recordPlan();
    const report = await dryRun(context, {
      tenant: world.tenant,
      reach: 'new',
      signal: new AbortController().signal,
      ...how,
    });
    expect(report).toMatchObject({ found: 1, wouldSend: 1, errors: [] });
    expect(report.calls.google).toBeGreaterThan(0);
    expect(bodies).toMatchObject([{ contentId: file, contentTitle: 'Deck' }]);
    expect(await rowsOf(context.db)).toEqual(before);
  }
  expect(await world.sync()).toMatchObject({ queued: 1 });
});

test('a run without changes costs one call per user and drive, and the audit log’s pages', async () => {
  const { google, clock } = world;
  for (let number = 0; number < 20; number += 1) google.addUser(`user-${number}@${world.domain}`);
  google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
  await world.sync();
  clock.advance(24 * HOUR_MS);
  const report = await world.sync();
  // 22 users and a drive; the Directory's users, domains and drives; four kinds of entries.
  expect(report).toMatchObject({ outcome: 'ok', calls: { google: 23 + 3 + 4 } });
});

async function rowsOf(db: Database): Promise<unknown> {
  const tables = ['cursor', 'grant', 'activity', 'event'] as const;
  return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
}
