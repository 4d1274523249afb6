import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ShiftedClock } from '../../src/lib/clock.ts';
import { createGoogle } from '../../src/sandbox/google/google.ts';
import type { Workspace } from '../../src/sandbox/google/workspace.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { GoogleError, NotFound, PageTokenLost } from '../../src/vendors/google/errors.ts';
import type { GoogleClient } from '../../src/vendors/google/google-client.ts';
import { createTestGoogleClient, KEY_FILE, publicKey } from '../support/google-peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';
const BEN = 'ben@acme.com';
const PAT = 'pat@customer.com';
const ADMIN = 'admin@acme.com';
const HOUR_MS = 3_600_000;

const clock = new ShiftedClock();
let google: Workspace;
let server: SandboxServer<'google'>;
let client: GoogleClient;
let counted: () => number;

/** The sandbox's Google, which rejects unknown parameters and fields, and applies the masks. */
beforeAll(async () => {
  const created = createGoogle({
    clock,
    domain: 'acme.com',
    serviceAccount: {
      clientEmail: KEY_FILE.client_email,
      keyId: KEY_FILE.private_key_id,
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
  });
  google = created.google;
  for (const user of [ANNA, BEN]) google.addUser(user);
  google.addDomain('acme.de', ['acme.at']);
  server = await startSandbox({ vendors: { google: created.vendor }, clock });
});

afterAll(() => server.stop());

beforeEach(() => {
  google.clearRefusals();
  google.resetCalls();

  ({ client, counted } = createTestGoogleClient(server.origins.google, { clock }));
});

async function rowsOf<Row>(
  pages: AsyncIterable<{ readonly rows: readonly Row[] }>,
): Promise<Row[]> {
  return (await collect(pages)).flatMap(({ rows }) => rows);
}

describe("the sandbox's Google", () => {
  it('lists its users and domains', async () => {
    expect(await client.listDomains()).toEqual({
      rows: ['acme.com', 'acme.de', 'acme.at'],
      faulty: [],
      areAllNamed: true,
    });
    google.setUserState(BEN, 'suspended');
    const users = await rowsOf(client.listUsers());
    google.setUserState(BEN, 'active');
    expect(users.map(({ email, suspended }) => [email, suspended])).toEqual(
      expect.arrayContaining([
        [ADMIN, false],
        [ANNA, false],
        [BEN, true],
      ]),
    );
  });

  it("lists a user's files with their grants", async () => {
    const fileId = google.createFile({ name: 'Offer', owner: ANNA });
    google.share(fileId, { to: PAT, role: 'commenter', by: ANNA });
    const files = await rowsOf(client.listOwnedFiles(ANNA));
    const file = files.find(({ id }) => id === fileId);
    expect(file).toMatchObject({ name: 'Offer', ownedByMe: true, owners: [{ email: ANNA }] });
    expect(file?.permissions).toContainEqual(
      expect.objectContaining({ type: 'user', email: PAT, role: 'commenter', inherited: false }),
    );
    expect(await client.getFile(ANNA, fileId)).toEqual(file);
    expect(await client.getFile(BEN, fileId)).toBeUndefined();
    await expect(collect(client.listPermissions(BEN, fileId))).rejects.toThrow(NotFound);
  });

  it('lists changes after a start token, and reports a lost token', async () => {
    const fileId = google.createFile({ name: 'Plan', owner: ANNA });
    const start = await client.startPageToken(ANNA);
    google.share(fileId, { to: PAT, by: ANNA });
    google.giveEmptyPages(2);
    const pages = await collect(client.listChanges(ANNA, start));
    const last = pages.at(-1);
    expect(pages.length).toBeGreaterThan(2);
    expect(last?.rows).toMatchObject([
      { kind: 'file', fileId, removed: false, file: { id: fileId } },
    ]);
    expect(last).toHaveProperty('newStartPageToken');
    for (const status of [403, 404, 410] as const) {
      google.loseChangeTokens(ANNA, status);
      await expect(collect(client.listChanges(ANNA, start))).rejects.toThrow(PageTokenLost);
    }
    await expect(collect(client.listChanges(ANNA, 'nonsense'))).rejects.toThrow(PageTokenLost);
  });

  it('shows a shared drive to its members, and the members to the administrator', async () => {
    const members = { [ANNA]: 'organizer', [PAT]: 'writer' } as const;
    const driveId = google.addSharedDrive({ name: 'Sales', members });
    const fileId = google.createFile({ name: 'Deck', drive: driveId, by: ANNA });
    google.share(fileId, { to: 'lee@customer.com', by: ANNA });
    expect(await rowsOf(client.listDrives())).toContainEqual({
      id: driveId,
      name: 'Sales',
      createdTime: expect.any(Number),
    });
    const roles = (await rowsOf(client.listDriveMembers(driveId))).map(({ email, role }) => [
      email,
      role,
    ]);
    expect(roles).toEqual(expect.arrayContaining(Object.entries(members)));
    const [file] = await rowsOf(client.listDriveFiles(ANNA, driveId));
    expect(file).toMatchObject({ id: fileId, driveId, hasAugmentedPermissions: true });
    expect(file).not.toHaveProperty('permissions');
    const grants = await rowsOf(client.listPermissions(ANNA, fileId));
    expect(grants.find(({ email }) => email === PAT)?.inherited).toBe(true);
    expect(grants.find(({ email }) => email === 'lee@customer.com')?.inherited).toBe(false);
    const start = await client.startPageToken(ANNA, driveId);
    google.deleteSharedDrive(driveId, { by: ANNA });
    await expect(collect(client.listChanges(ANNA, start, driveId))).rejects.toThrow(NotFound);
  });

  it('shows in the audit log who shared what with whom', async () => {
    const fileId = google.createFile({ name: 'Terms', owner: ANNA });
    google.share(fileId, { to: [PAT, 'lee@customer.com'], role: 'reader', by: ANNA });
    const query = {
      eventName: 'change_user_access',
      startTime: clock.now() - HOUR_MS,
      endTime: clock.now() + 1_000,
    };
    const activities = await rowsOf(client.listActivities(query));
    const events = activities
      .flatMap(({ actor, events: all }) => all.map((event) => ({ actor, ...event })))
      .filter(({ parameters }) => parameters['doc_id']?.[0] === fileId);
    const targets = events.map(({ parameters }) => parameters['target_user']?.[0]);
    expect(targets).toEqual(expect.arrayContaining([PAT, 'lee@customer.com']));
    expect(events[0]?.actor.email).toBe(ANNA);
    const times = activities.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('counts the same number of calls as the client', async () => {
    await client.startPageToken(ANNA);
    await rowsOf(client.listOwnedFiles(ANNA));
    await rowsOf(client.listUsers());
    expect(counted()).toBe(google.calls.total);
    expect(google.calls.byMethod.token).toBe(2);
  });

  it('refuses a suspended user, an administrator without the privilege, a missing scope', async () => {
    google.setUserState(BEN, 'suspended');
    const suspended = await client.startPageToken(BEN).catch((error) => error);
    google.setUserState(BEN, 'active');
    expect(suspended).toMatchObject({ reason: 'invalid_grant', concerns: 'subject' });

    google.deny(ADMIN, 'reports');
    const query = { eventName: 'change_user_access', startTime: 0, endTime: clock.now() };
    const denied = await collect(client.listActivities(query)).catch((error) => error);
    google.allow(ADMIN, 'reports');
    expect(denied).toBeInstanceOf(GoogleError);
    expect(denied.hint).toContain('privilege "Reports"');

    google.deny(ADMIN, 'drives');
    const drives = await collect(client.listDrives()).catch((error) => error);
    google.allow(ADMIN, 'drives');
    expect(drives).toBeInstanceOf(GoogleError);
  });
});
