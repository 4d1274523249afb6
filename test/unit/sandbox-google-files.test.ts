import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox, type Json, listIn } from '../support/google-sandbox.ts';

const FILES = '/drive/v3/files';
const DRIVES = '/drive/v3/drives';
const BUYER = 'buyer@globex.example';
const AUDIENCE = 'c03abc.audience.googledomains.com';
const ON_DRIVES = { supportsAllDrives: 'true' };

let sandbox: GoogleSandbox;
let ada: string;
let bilal: string;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
  ada = sandbox.google.addUser('ada@acme.example');
  bilal = sandbox.google.addUser('bilal@acme.example');
});

afterEach(() => sandbox.stop());

type Query = Readonly<Record<string, string>>;

function fileOf(user: string, id: string, fields: string, query: Query = {}): Promise<Json> {
  return sandbox.read(user, `${FILES}/${id}`, { fields, ...query });
}

async function permissionsOf(user: string, id: string, query: Query = {}) {
  const body = await sandbox.read(user, `${FILES}/${id}/permissions`, { fields: '*', ...query });
  return listIn(body, 'permissions');
}

/** Reads all pages of a list; returns the page sizes and one field of each item. */
async function pagesOf(user: string, path: string, query: Query) {
  const pages: unknown[][] = [];
  let next: Query = {};
  do {
    const body = await sandbox.read(user, path, { ...query, ...next });
    const [list] = Object.values(body).filter(Array.isArray);
    pages.push((list ?? []).map((item: Json) => item['id'] ?? item['name']));
    next = body['nextPageToken'] === undefined ? {} : { pageToken: String(body['nextPageToken']) };
  } while ('pageToken' in next);
  return pages;
}

test('a file has a few default fields, or exactly the requested ones', async () => {
  const { google } = sandbox;
  const id = google.createFile({ name: 'Offer', owner: ada, mimeType: 'application/pdf' });
  expect(await sandbox.read(ada, `${FILES}/${id}`)).toEqual({
    kind: 'drive#file',
    id,
    name: 'Offer',
    mimeType: 'application/pdf',
  });
  expect(await fileOf(ada, id, 'name,owners(emailAddress,me)')).toEqual({
    name: 'Offer',
    owners: [{ emailAddress: ada, me: true }],
  });
  expect(await fileOf(ada, id, 'permissions/role, id'.replace(' ', ''))).toEqual({
    id,
    permissions: [{ role: 'owner' }],
  });
  expect(Object.keys(await fileOf(ada, id, '*')).length).toBeGreaterThan(15);
});

test.each(['nam', 'owners(email)', 'owners(me', 'id,,name', 'id)', 'files(id)', ''])(
  'the field mask "%s" is rejected',
  async (fields) => {
    const id = sandbox.google.createFile({ name: 'Offer', owner: ada });
    const refusal = await sandbox.errorOf(ada, `${FILES}/${id}`, { fields });
    expect(refusal).toEqual([400, 'invalidParameter', 'fields']);
  },
);

test('an unknown parameter is rejected, and an unknown method is not found', async () => {
  expect((await sandbox.errorOf(ada, FILES, { pagesize: '5' }))[0]).toBe(400);
  expect((await sandbox.errorOf(ada, '/drive/v2/files'))[0]).toBe(404);
});

test('inline permissions are only for users who can share, never on a shared drive', async () => {
  const { google } = sandbox;
  const mine = google.createFile({ name: 'Offer', owner: ada });
  google.share(mine, { to: bilal, by: ada });
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const shared = google.createFile({ name: 'Offer', drive });
  const fields = 'permissions(role),permissionIds,hasAugmentedPermissions,ownedByMe,driveId';
  const whole = await fileOf(ada, mine, fields);
  expect(listIn(whole, 'permissions')).toHaveLength(2);
  expect(whole).not.toHaveProperty('hasAugmentedPermissions');
  const asReader = await fileOf(bilal, mine, fields);
  expect(asReader).not.toHaveProperty('permissions');
  expect(asReader['permissionIds']).toEqual(whole['permissionIds']);
  google.share(mine, { to: bilal, role: 'writer', by: ada });
  expect(listIn(await fileOf(bilal, mine, fields), 'permissions')).toHaveLength(2);
  const onDrive = await fileOf(ada, shared, fields, ON_DRIVES);
  expect(onDrive).toMatchObject({ driveId: drive, hasAugmentedPermissions: false });
  expect(onDrive).not.toHaveProperty('permissions');
  expect(onDrive).not.toHaveProperty('ownedByMe');
  google.share(shared, { to: BUYER, by: ada });
  const augmented = await fileOf(ada, shared, fields, ON_DRIVES);
  expect(augmented['hasAugmentedPermissions']).toBe(true);
  expect(listIn(augmented, 'permissionIds')).toHaveLength(2);
});

test('every kind of grantee has the form that Drive returns', async () => {
  const { google, clock } = sandbox;
  const id = google.createFile({ name: 'Offer', owner: ada });
  const expires = clock.now() + 86_400_000;
  google.share(id, { to: BUYER, role: 'commenter', by: ada, expires });
  google.share(id, { group: 'team@globex.example', by: ada });
  google.share(id, { domain: 'globex.example', by: ada });
  google.share(id, { domain: AUDIENCE, by: ada });
  google.share(id, { anyone: true, by: ada });
  google.share(id, { to: bilal, role: 'writer', by: ada, pendingOwner: true });
  google.share(id, { to: 'secret@globex.example', by: ada, addressHidden: true });
  google.share(id, { to: 'gone@globex.example', by: ada });
  google.deleteAccount('gone@globex.example');
  const [owner, ...others] = await permissionsOf(ada, id);
  expect(owner).toMatchObject({ type: 'user', role: 'owner', emailAddress: ada });
  expect(others).toMatchObject([
    {
      type: 'user',
      emailAddress: BUYER,
      role: 'commenter',
      expirationTime: new Date(expires).toISOString(),
      pendingOwner: false,
      deleted: false,
    },
    { type: 'group', emailAddress: 'team@globex.example' },
    { type: 'domain', domain: 'globex.example', allowFileDiscovery: false },
    { type: 'domain', domain: AUDIENCE },
    { type: 'anyone', id: 'anyoneWithLink' },
    { type: 'user', emailAddress: bilal, pendingOwner: true },
    { type: 'user', displayName: 'secret' },
    { type: 'user', deleted: true },
  ]);
  for (const silent of others.slice(-2)) expect(silent).not.toHaveProperty('emailAddress');
});

test("a grantee's permission ID is the same on every item", async () => {
  const { google } = sandbox;
  const files = ['a', 'b'].map((name) => google.createFile({ name, owner: ada }));
  for (const id of files) google.share(id, { to: BUYER, by: ada });
  const [first, second] = await Promise.all(files.map((id) => permissionsOf(ada, id)));
  expect(first?.map(({ id }) => id)).toEqual(second?.map(({ id }) => id));
  expect(new Set(first?.map(({ id }) => id)).size).toBe(2);
});

test('each grantee appears once, with inherited and direct permissions distinguished', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({
    name: 'Deals',
    members: { [ada]: 'organizer', [BUYER]: 'reader' },
  });
  const folder = google.createFolder({ name: 'Deal', drive });
  const file = google.createFile({ name: 'Offer', parent: folder });
  google.share(folder, { to: 'other@globex.example', by: ada });
  google.share(file, { to: BUYER, role: 'writer', by: ada });
  const permissions = await permissionsOf(ada, file, ON_DRIVES);
  const details = permissions.map(({ emailAddress, role, permissionDetails }) => [
    emailAddress,
    role,
    permissionDetails,
  ]);
  const member = { permissionType: 'member', inherited: true, inheritedFrom: drive };
  expect(details).toEqual([
    [
      BUYER,
      'writer',
      [
        { permissionType: 'file', inherited: false, role: 'writer' },
        { ...member, role: 'reader' },
      ],
    ],
    [
      'other@globex.example',
      'reader',
      [{ permissionType: 'file', inherited: true, inheritedFrom: folder, role: 'reader' }],
    ],
    [ada, 'organizer', [{ ...member, role: 'organizer' }]],
  ]);
});

test('My Drive items can omit permission details', async () => {
  const { google } = sandbox;
  const id = google.createFile({ name: 'Offer', owner: ada });
  expect((await permissionsOf(ada, id))[0]).toHaveProperty('permissionDetails');
  google.set({ myDriveDetails: 'missing' });
  expect((await permissionsOf(ada, id))[0]).not.toHaveProperty('permissionDetails');
});

test('permissions are paged by 100 on a shared drive, but not in My Drive', async () => {
  const { google } = sandbox;
  const people = Array.from({ length: 249 }, (_, number) => `p${number}@globex.example`);
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const shared = google.createFile({ name: 'Offer', drive });
  const mine = google.createFile({ name: 'Offer', owner: ada });
  for (const id of [shared, mine]) google.share(id, { to: people, by: ada });
  const sizes = async (id: string, query: Query) =>
    (await pagesOf(ada, `${FILES}/${id}/permissions`, query)).map((page) => page.length);
  expect(await sizes(shared, ON_DRIVES)).toEqual([100, 100, 50]);
  expect(await sizes(shared, { ...ON_DRIVES, pageSize: '500' })).toEqual([100, 100, 50]);
  expect(await sizes(mine, {})).toEqual([250]);
  expect(await sizes(mine, { pageSize: '500' })).toEqual([100, 100, 50]);
});

test('only writers can list permissions, and shared drives require the flag', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({
    name: 'Deals',
    members: { [ada]: 'writer', [bilal]: 'commenter' },
  });
  const file = google.createFile({ name: 'Offer', drive });
  const path = `${FILES}/${file}/permissions`;
  expect(await sandbox.errorOf(ada, path)).toEqual([404, 'notFound', 'fileId']);
  expect(await permissionsOf(ada, file, ON_DRIVES)).toHaveLength(2);
  const asReader = await sandbox.errorOf(bilal, path, ON_DRIVES);
  expect(asReader).toEqual([403, 'insufficientFilePermissions']);
  const outsider = google.addUser('chiara@acme.example');
  expect((await sandbox.errorOf(outsider, path, ON_DRIVES))[0]).toBe(404);
});

test('an administrator can list drives and their members, but not their items', async () => {
  const { google } = sandbox;
  const { admin } = google;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', drive });
  const asAdmin = { useDomainAdminAccess: 'true' };
  const listed = async (user: string, query: Query = {}) =>
    listIn(await sandbox.read(user, DRIVES, query), 'drives');
  expect(await listed(admin)).toEqual([]);
  expect(await listed(admin, asAdmin)).toEqual([{ kind: 'drive#drive', id: drive, name: 'Deals' }]);
  expect(await listed(ada)).toHaveLength(1);
  expect((await sandbox.errorOf(ada, DRIVES, asAdmin))[0]).toBe(403);
  const members = await permissionsOf(admin, drive, { ...ON_DRIVES, ...asAdmin });
  expect(members).toMatchObject([
    {
      emailAddress: ada,
      role: 'organizer',
      permissionDetails: [{ permissionType: 'member', inherited: false }],
    },
  ]);
  const path = `${FILES}/${file}/permissions`;
  expect((await sandbox.errorOf(admin, path, { ...ON_DRIVES, ...asAdmin }))[0]).toBe(404);
  expect(await sandbox.read(ada, `${DRIVES}/${drive}`, { fields: 'name' })).toEqual({
    name: 'Deals',
  });
  // As a file, the drive is its own root folder, which always has the same name.
  expect(await fileOf(ada, drive, 'name,driveId', ON_DRIVES)).toEqual({
    name: 'Drive',
    driveId: drive,
  });
});

test('a file on a shared drive requires the flag, even for a member', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', drive });
  expect(await sandbox.errorOf(ada, `${FILES}/${file}`)).toEqual([404, 'notFound', 'fileId']);
  expect(await fileOf(ada, file, 'id', ON_DRIVES)).toEqual({ id: file });
});

test('deleting a drive deletes everything on it', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', drive });
  google.deleteSharedDrive(drive, { by: ada });
  expect((await sandbox.errorOf(ada, `${FILES}/${file}`, ON_DRIVES))[0]).toBe(404);
  const query = {
    ...ON_DRIVES,
    includeItemsFromAllDrives: 'true',
    corpora: 'drive',
    driveId: drive,
  };
  expect(await sandbox.errorOf(ada, FILES, query)).toEqual([404, 'notFound', 'driveId']);
});

test("files.list pages through a user's own files without skipping any", async () => {
  const { google } = sandbox;
  const make = (name: string, owner: string) => google.createFile({ name, owner });
  const own = ['a', 'b', 'c', 'd', 'e'].map((name) => make(name, ada));
  const others = make('z', bilal);
  google.share(others, { to: ada, by: bilal });
  const query = { q: "'me' in owners and trashed = false", pageSize: '2', fields: '*' };
  const pages = await pagesOf(ada, FILES, query);
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(own);
  expect((await pagesOf(ada, FILES, { fields: '*' })).flat()).toEqual([...own, others]);
  google.trash(own[0] ?? '', { by: ada });
  expect((await pagesOf(ada, FILES, query)).flat()).toEqual(own.slice(1));
});

test('a page token belongs to its user and its query', async () => {
  const { google } = sandbox;
  for (const name of ['a', 'b', 'c']) google.createFile({ name, owner: ada });
  const q = "'me' in owners";
  const body = await sandbox.read(ada, FILES, { q, pageSize: '1' });
  const pageToken = String(body['nextPageToken']);
  const send = (user: string, query: Query) =>
    sandbox.get(user, FILES, { pageToken, ...query }).then(({ status }) => status);
  expect(await send(ada, { q, pageSize: '2' })).toBe(200);
  expect(await send(bilal, { q })).toBe(400);
  expect(await send(ada, { q: 'trashed = true' })).toBe(400);
  expect(await sandbox.errorOf(ada, FILES, { pageToken: 'x' })).toEqual([
    400,
    'invalid',
    'pageToken',
  ]);
});

test('corpora selects the items that are searched', async () => {
  const { google } = sandbox;
  const mine = google.createFile({ name: 'Mine', owner: ada });
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const shared = google.createFile({ name: 'Offer', drive });
  const link = google.createFile({ name: 'For all', owner: bilal });
  google.share(link, { anyone: true, by: bilal });
  const found = async (query: Query) =>
    (await pagesOf(ada, FILES, { fields: 'files(id)', ...query })).flat();
  const all = { ...ON_DRIVES, includeItemsFromAllDrives: 'true' };
  expect(await found({})).toEqual([mine]);
  expect(await found({ ...all, corpora: 'allDrives' })).toEqual([mine, shared]);
  expect(await found({ ...all, corpora: 'drive', driveId: drive })).toEqual([shared]);
  const refused: readonly (readonly [Query, readonly unknown[]])[] = [
    [{ corpora: 'domain' }, [400, 'invalid', 'corpora']],
    [{ ...all, corpora: 'drive' }, [400, 'invalid', 'driveId']],
    [{ ...all, driveId: drive }, [400, 'invalid', 'driveId']],
    [{ corpora: 'drive', driveId: drive }, [400, 'invalid', 'includeItemsFromAllDrives']],
    [{ includeItemsFromAllDrives: 'true' }, [403, 'teamDrivesNotSupported']],
    [{ q: "name contains 'x'" }, [400, 'invalid', 'q']],
    [{ pageSize: '0' }, [400, 'invalid', 'pageSize']],
  ];
  for (const [query, refusal] of refused)
    expect(await sandbox.errorOf(ada, FILES, query)).toEqual(refusal);
  // A link opens the file, but does not add it to anyone's list.
  expect((await fileOf(ada, link, 'name'))['name']).toBe('For all');
});

test('q supports owners, parents, types, and times', async () => {
  const { google, clock } = sandbox;
  const folder = google.createFolder({ name: 'Deal', owner: ada });
  const old = google.createFile({ name: 'Old', owner: ada, parent: folder });
  clock.advance(60_000);
  const since = new Date(clock.now()).toISOString();
  const fresh = google.createFile({ name: 'New', owner: ada, mimeType: 'application/pdf' });
  const found = async (q: string) => (await pagesOf(ada, FILES, { fields: 'files(id)', q })).flat();
  expect(await found(`'${folder}' in parents`)).toEqual([old]);
  expect(await found(`createdTime >= '${since}'`)).toEqual([fresh]);
  expect(await found(`modifiedTime < '${since}' and '${ada}' in owners`)).toEqual([folder, old]);
  expect(await found("mimeType != 'application/vnd.google-apps.folder'")).toEqual([old, fresh]);
});

test('sharing does not change modifiedTime', async () => {
  const { google, clock } = sandbox;
  const id = google.createFile({ name: 'Offer', owner: ada });
  const before = await fileOf(ada, id, 'modifiedTime');
  clock.advance(60_000);
  google.share(id, { to: BUYER, by: ada });
  expect(await fileOf(ada, id, 'modifiedTime')).toEqual(before);
  google.edit(id, { by: ada });
  expect(await fileOf(ada, id, 'modifiedTime')).not.toEqual(before);
});

test('a file can have no name and no link', async () => {
  const { google } = sandbox;
  const plain = google.createFile({ name: '', owner: ada, hasLink: false });
  expect(await fileOf(ada, plain, 'name,webViewLink')).toEqual({ name: '' });
  const linked = google.createFile({ name: 'Offer', owner: ada });
  expect((await fileOf(ada, linked, 'webViewLink'))['webViewLink']).toContain(linked);
});
