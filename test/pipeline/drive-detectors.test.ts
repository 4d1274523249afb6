import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { type DriveWorld, startDriveWorld, summariesOf } from '../support/drive-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ADA = 'ada@globex.example';
const BEN = 'ben@initech.example';

let world: DriveWorld;
let ann: string;
beforeEach(async () => {
  world = await startDriveWorld();
  ann = world.google.addUser(`ann@${world.domain}`);
});
afterEach(() => world.close());

test('with one user’s refresh token, that user’s own Drive is read', async () => {
  const { google, clock, domain, start } = world;
  const bob = google.addUser(`bob@${domain}`);
  google.addOAuthClient({ clientId: 'client', clientSecret: 'hush' });
  const refreshToken = google.issueRefreshToken({
    email: ann,
    clientId: 'client',
    scopes: ['https://www.googleapis.com/auth/drive.metadata.readonly'],
  });
  world.configure({
    auth: {
      flow: 'refresh-token',
      clientId: 'client',
      clientSecret: new Secret('hush'),
      refreshToken: new Secret(refreshToken),
    },
    sharedDrives: 'none',
    detect: ['changes'],
  });
  const [mine = '', bobs = ''] = [ann, bob].map((owner) =>
    google.createFile({ name: `Of ${owner}`, owner, at: start - HOUR_MS }),
  );
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  clock.advance(HOUR_MS);
  google.share(mine, { to: [ADA, `x@${domain}`], by: ann });
  google.share(bobs, { to: ADA, by: bob });
  expect(await world.sync()).toMatchObject({ outcome: 'ok', queued: 1, held: 0 });
  expect(summariesOf(await world.events())).toEqual([
    `changes pending: ${ann} -> ${ADA}: Of ${ann}`,
  ]);
  google.revokeRefreshToken(refreshToken);
  clock.advance(2 * HOUR_MS);
  const report = await world.sync();
  expect(report.errors[0]?.hint).toContain('set googleDrive.auth.refreshToken');
});

describe('a change log token that Google lost', () => {
  test.each([403, 404, 410] as const)('with %d: no change in between is lost', async (status) => {
    world.configure({ detect: ['changes'] });
    const { google, clock, start } = world;
    const at = start - HOUR_MS;
    const [old = '', other = ''] = ['Old', 'Other'].map((name) =>
      google.createFile({ name, owner: ann, at }),
    );
    google.share(old, { to: ADA, by: ann, at });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(other, { to: ADA, by: ann });
    google.revoke(old, { to: ADA, by: ann });
    google.loseChangeTokens(ann, status);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    clock.advance(HOUR_MS);
    google.share(old, { to: ADA, by: ann });
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    expect(summariesOf(await world.events())).toEqual([
      `changes pending: ${ann} -> ${ADA}: Old`,
      `changes pending: ${ann} -> ${ADA}: Other`,
    ]);
  });
});

test('one web page instead of a change log costs no list of all files; two cost one', async () => {
  world.configure({ detect: ['changes'], users: [ann] });
  const { google, clock, start, sandbox } = world;
  const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
  await world.sync();
  const body = '<html><body>Blocked</body></html>';
  const action = { kind: 'answer', status: 400, body } as const;
  const listsAfter = async (times: number, to: string) => {
    clock.advance(HOUR_MS);
    google.share(file, { to, by: ann });
    sandbox.faults.add({ vendor: 'google', pathIncludes: '/changes?', times, action });
    const before = sandbox.traffic.google.entries.length;
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [], queued: 1 });
    const requests = sandbox.traffic.google.entries.slice(before);
    return requests.filter(({ target }) => target.includes('/files?')).length;
  };
  expect(await listsAfter(1, ADA)).toBe(0);
  expect(await listsAfter(2, BEN)).toBe(1);
});

describe.each([
  ['the audit log', ['audit-log']],
  ['the change log', ['changes']],
  ['both', ['audit-log', 'changes']],
] as const)('by %s', (_name, detect) => {
  test('a changed role is not a share; a grant after a revocation is one', async () => {
    world.configure({ detect: [...detect] });
    const { google, clock, start } = world;
    const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
    await world.sync();
    const steps = [
      () => google.share(file, { to: ADA, by: ann, role: 'reader' }),
      () => google.share(file, { to: ADA, by: ann, role: 'writer' }),
      () => google.revoke(file, { to: ADA, by: ann }),
      () => google.share(file, { to: ADA, by: ann }),
    ];
    const counts: number[] = [];
    for (const step of steps) {
      clock.advance(HOUR_MS);
      step();
      clock.advance(10 * MINUTE_MS);
      await world.sync();
      counts.push((await world.events()).length);
    }
    expect(counts).toEqual([1, 1, 1, 2]);
  });

  test('a grant after one that expired is a share', async () => {
    world.configure({ detect: [...detect] });
    const { google, clock, start } = world;
    const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { to: ADA, by: ann, expires: clock.now() + HOUR_MS });
    clock.advance(10 * MINUTE_MS);
    await world.sync();
    clock.advance(HOUR_MS);
    google.expire();
    await world.sync();
    expect(await world.events()).toHaveLength(1);
    google.share(file, { to: ADA, by: ann });
    clock.advance(10 * MINUTE_MS);
    await world.sync();
    expect(await world.events()).toHaveLength(2);
  });

  test('a group is a recipient with its address', async () => {
    world.configure({ detect: [...detect] });
    const { google, clock, start } = world;
    const file = google.createFile({ name: 'Deck', owner: ann, at: start - HOUR_MS });
    await world.sync();
    clock.advance(HOUR_MS);
    google.share(file, { group: 'team@globex.example', to: BEN, by: ann });
    clock.advance(10 * MINUTE_MS);
    await world.sync();
    await world.sync();
    const [event, ...others] = await world.events();
    expect(others).toEqual([]);
    const emails = event?.body?.recipients?.map(({ email }) => email);
    expect(emails?.toSorted()).toEqual([BEN, 'team@globex.example']);
    expect(event?.share.drive?.grantees.map(({ kind }) => kind).toSorted()).toEqual([
      'group',
      'user',
    ]);
  });
});
