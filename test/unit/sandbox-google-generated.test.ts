import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox, type Json, listIn } from '../support/google-sandbox.ts';

const FILES = '/drive/v3/files';
const CHANGES = '/drive/v3/changes';
const ACTIVITIES = '/admin/reports/v1/activity/users/all/applications/drive';
const MINUTE_MS = 60_000;

const SMALL = { users: 10, files: 1_000, outsideGrants: 20, activities: 300 };
const LARGE = { users: 1_000, files: 1_000_000, outsideGrants: 20_000, activities: 100_000 };

let sandbox: GoogleSandbox;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
});

afterEach(() => sandbox.stop());

function generate(size: typeof SMALL): void {
  const now = sandbox.clock.now();
  sandbox.google.generate({
    ...size,
    filesAt: now - 1_000 * MINUTE_MS,
    activitiesAt: now - size.activities * 100,
    activityEveryMs: 100,
  });
}

type Query = Readonly<Record<string, string>>;

async function readAll(user: string, path: string, query: Query): Promise<Json[]> {
  const found: Json[] = [];
  let pageToken: unknown;
  do {
    const next = pageToken === undefined ? {} : { pageToken: String(pageToken) };
    const body = await sandbox.read(user, path, { ...query, ...next });
    for (const list of Object.values(body)) if (Array.isArray(list)) found.push(...list);
    pageToken = body['nextPageToken'];
  } while (pageToken !== undefined);
  return found;
}

function allUsers() {
  const query = { customer: 'my_customer', maxResults: '500', fields: 'nextPageToken,users' };
  return readAll(sandbox.google.admin, '/admin/directory/v1/users', query);
}

function ownFiles(user: string) {
  return readAll(user, FILES, {
    q: "'me' in owners and trashed = false",
    pageSize: '1000',
    fields: 'nextPageToken,files(id,permissions(emailAddress,role))',
  });
}

test('every computed file has one owner, and the given number is shared externally', async () => {
  generate(SMALL);
  const users = (await allUsers()).map(({ primaryEmail }) => String(primaryEmail));
  expect(users).toHaveLength(11);
  const files = (await Promise.all(users.map(ownFiles))).flat();
  expect(new Set(files.map(({ id }) => id)).size).toBe(1_000);
  const shared = files.filter((file) => listIn(file, 'permissions').length > 1);
  expect(shared).toHaveLength(20);
});

test('a computed user has an empty log until a computed file changes', async () => {
  generate(SMALL);
  const user = 'user0000003@acme.example';
  const { startPageToken } = await sandbox.read(user, `${CHANGES}/startPageToken`);
  const query = { pageToken: String(startPageToken), fields: '*' };
  expect(await sandbox.read(user, CHANGES, query)).toMatchObject({
    changes: [],
    newStartPageToken: startPageToken,
  });
  const [file] = await ownFiles(user);
  sandbox.google.share(String(file?.['id']), { to: 'new@globex.example', by: user });
  const body = await sandbox.read(user, CHANGES, query);
  expect(listIn(body, 'changes')).toMatchObject([{ fileId: file?.['id'] }]);
  const again = await ownFiles(user);
  expect(again).toHaveLength(100);
  expect(listIn(again[0] ?? {}, 'permissions')).toMatchObject(
    expect.arrayContaining([{ emailAddress: 'new@globex.example', role: 'reader' }]),
  );
});

test('a computed user can be suspended and deleted', async () => {
  generate(SMALL);
  const { google } = sandbox;
  google.setUserState('user0000003@acme.example', 'suspended');
  google.deleteAccount('user0000004@acme.example');
  const users = await allUsers();
  expect(users).toHaveLength(10);
  expect(users.filter(({ suspended }) => suspended === true)).toHaveLength(1);
  for (const number of [3, 4])
    await expect(ownFiles(`user000000${number}@acme.example`)).rejects.toThrow('invalid_grant');
});

test('computed and stored activities form one log, newest first', async () => {
  generate(SMALL);
  const { google, clock } = sandbox;
  const owner = google.addUser('ada@acme.example');
  const at = clock.now() - 5_050;
  const file = google.createFile({ name: 'Offer', owner, at: at - 20_000 });
  google.share(file, { to: 'buyer@globex.example', by: owner, at });
  google.set({ pageSizeMax: 7 });
  const query = { eventName: 'change_user_access', fields: 'nextPageToken,items(id,events)' };
  const found = await readAll(google.admin, ACTIVITIES, query);
  expect(found).toHaveLength(302);
  const times = found.map(({ id }) => Date.parse(Object(id).time));
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(times).toContain(at);
  expect(new Set(found.map(({ id }) => Object(id).uniqueQualifier)).size).toBe(302);
});

test('a large company takes no memory, whatever is read from it', async () => {
  const before = process.memoryUsage().heapUsed;
  generate(LARGE);
  const last = 'user0000999@acme.example';
  const files = await sandbox.read(last, FILES, { q: "'me' in owners", pageSize: '1000' });
  expect(listIn(files, 'files')).toHaveLength(1_000);
  expect(files).not.toHaveProperty('nextPageToken');
  const page = await sandbox.read(sandbox.google.admin, ACTIVITIES);
  expect(listIn(page, 'items')).toHaveLength(1_000);
  expect(page).toHaveProperty('nextPageToken');
  const grown = process.memoryUsage().heapUsed - before;
  expect(grown).toBeLessThan(100 * 2 ** 20);
});
