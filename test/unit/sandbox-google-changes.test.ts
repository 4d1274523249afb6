import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox, type Json, listIn } from '../support/google-sandbox.ts';

const CHANGES = '/drive/v3/changes';
const BUYER = 'buyer@globex.example';
const ALL_DRIVES = { supportsAllDrives: 'true', includeItemsFromAllDrives: 'true' };

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

async function startToken(user: string, query: Query = {}): Promise<string> {
  const body = await sandbox.read(user, `${CHANGES}/startPageToken`, query);
  return String(body['startPageToken']);
}

/** All changes after a token, by page, and the final new start token. */
async function changesSince(user: string, token: string, query: Query = {}) {
  const pages: Json[][] = [];
  let pageToken = token;
  for (;;) {
    const body = await sandbox.read(user, CHANGES, { ...query, pageToken, fields: '*' });
    pages.push([...listIn(body, 'changes')]);
    const { nextPageToken, newStartPageToken } = body;
    expect([nextPageToken, newStartPageToken]).toContain(undefined);
    if (newStartPageToken !== undefined) return { pages, end: String(newStartPageToken) };
    pageToken = String(nextPageToken);
  }
}

async function changedSince(user: string, token: string, query: Query = {}) {
  return (await changesSince(user, token, query)).pages.flat();
}

function ids(changes: readonly Json[]) {
  return changes.map((change) => change['fileId'] ?? change['driveId']);
}

function emailsIn(change: Json | undefined) {
  return listIn(Object(change?.['file']), 'permissions').map((one) => one['emailAddress']);
}

test('an entry shows the current state: several changes of one file are one entry', async () => {
  const { google } = sandbox;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  google.share(file, { to: BUYER, by: ada });
  google.share(file, { to: 'other@globex.example', by: ada });
  google.revoke(file, { to: BUYER, by: ada });
  const [change, ...more] = await changedSince(ada, token);
  expect(more).toEqual([]);
  expect(change).toMatchObject({ changeType: 'file', fileId: file, removed: false });
  expect(emailsIn(change)).toEqual([ada, 'other@globex.example']);
});

test('a grant that was revoked between two reads is invisible', async () => {
  const { google } = sandbox;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  google.share(file, { to: BUYER, by: ada });
  google.revoke(file, { to: BUYER, by: ada });
  expect((await changedSince(ada, token)).map(emailsIn)).toEqual([[ada]]);
});

test('replaced entries leave empty pages; the last page has the new start token', async () => {
  const { google } = sandbox;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  for (let turn = 0; turn < 5; turn += 1) google.edit(file, { by: ada });
  google.set({ pageSizeMax: 2 });
  const { pages, end } = await changesSince(ada, token);
  expect(pages.map((page) => page.length)).toEqual([0, 0, 1]);
  expect(end).toBe(await startToken(ada));
  expect(await changedSince(ada, end)).toEqual([]);
});

test('requested empty pages have different next page tokens', async () => {
  const { google } = sandbox;
  const token = await startToken(ada);
  const file = google.createFile({ name: 'Offer', owner: ada });
  google.giveEmptyPages(2);
  const { pages } = await changesSince(ada, token);
  expect(pages.map(ids)).toEqual([[], [], [file]]);
});

test('an unknown token is invalid; a lost one gets one of three errors', async () => {
  const { google } = sandbox;
  const send = (pageToken: string) => sandbox.errorOf(ada, CHANGES, { pageToken });
  const token = await startToken(ada);
  expect(await sandbox.errorOf(ada, CHANGES)).toEqual([400, 'required', 'pageToken']);
  for (const bad of ['', 'abc', '1', `${Number(token) + 1}`, await startToken(bilal)])
    expect(await send(bad)).toEqual([400, 'invalid', 'pageToken']);
  for (const [status, reason] of [
    [403, 'pageTokenExpired'],
    [404, 'notFound'],
    [410, 'gone'],
  ] as const) {
    const before = await startToken(ada);
    google.loseChangeTokens(ada, status);
    expect(await send(before)).toEqual([status, reason, 'pageToken']);
    expect(await changedSince(ada, await startToken(ada))).toEqual([]);
  }
});

test('only the owner and the named colleague see a change in their logs', async () => {
  const { google } = sandbox;
  const chiara = google.addUser('chiara@acme.example');
  const tokens = await Promise.all([ada, bilal, chiara].map((user) => startToken(user)));
  const file = google.createFile({ name: 'Offer', owner: ada });
  google.share(file, { to: [bilal, BUYER], by: ada });
  const seen = [ada, bilal, chiara].map((user, index) => changedSince(user, tokens[index] ?? ''));
  expect((await Promise.all(seen)).map(ids)).toEqual([[file], [file], []]);
  const bilalAgain = await startToken(bilal);
  google.revoke(file, { to: bilal, by: ada });
  const [lost] = await changedSince(bilal, bilalAgain);
  expect(lost).toMatchObject({ fileId: file, removed: true });
  expect(lost).not.toHaveProperty('file');
  expect(await changedSince(bilal, bilalAgain, { includeRemoved: 'false' })).toEqual([]);
});

test('a trashed file is marked, a deleted file is removed', async () => {
  const { google } = sandbox;
  const folder = google.createFolder({ name: 'Deal', owner: ada });
  const file = google.createFile({ name: 'Offer', owner: ada, parent: folder });
  const token = await startToken(ada);
  google.set({ childEntries: 'none' });
  google.trash(folder, { by: ada });
  const trashed = await changedSince(ada, token);
  expect(trashed).toMatchObject([{ fileId: folder, file: { trashed: true } }]);
  google.edit(file, { by: ada });
  const child = (await changedSince(ada, token)).find((change) => change['fileId'] === file);
  expect(child).toMatchObject({ file: { trashed: true, explicitlyTrashed: false } });
  google.remove(folder, { by: ada });
  expect(await changedSince(ada, token)).toMatchObject([
    { fileId: file, removed: true },
    { fileId: folder, removed: true },
  ]);
});

test('the expiry of a grant is a change at that time', async () => {
  const { google, clock } = sandbox;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const expires = clock.now() + 3_600_000;
  google.share(file, { to: BUYER, by: ada, expires });
  const token = await startToken(ada);
  clock.advance(3_500_000);
  expect(await changedSince(ada, token)).toEqual([]);
  clock.advance(200_000);
  sandbox.forgetTokens();
  const [change] = await changedSince(ada, token);
  expect(change).toMatchObject({ fileId: file, time: new Date(expires).toISOString() });
  expect(emailsIn(change)).toEqual([ada]);
});

test.each([
  ['none', 0],
  ['some', 1],
  ['all', 2],
] as const)(
  '%s of the children of a shared My Drive folder get an entry',
  async (childEntries, count) => {
    const { google } = sandbox;
    google.set({ childEntries });
    const folder = google.createFolder({ name: 'Deal', owner: ada });
    const file = (name: string) => google.createFile({ name, owner: ada, parent: folder });
    const children = [file('a'), file('b')];
    const token = await startToken(ada);
    google.share(folder, { to: BUYER, by: ada });
    const changed = await changedSince(ada, token);
    expect(ids(changed)).toEqual([folder, ...children.slice(0, count)]);
    // The inherited grant is visible with or without an entry.
    for (const change of changed) expect(emailsIn(change)).toContain(BUYER);
  },
);

test('on a shared drive, a folder gets an entry and its children get none', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const folder = google.createFolder({ name: 'Deal', drive });
  google.createFile({ name: 'Offer', parent: folder });
  const query = { ...ALL_DRIVES, driveId: drive };
  const token = await startToken(ada, { supportsAllDrives: 'true', driveId: drive });
  google.share(folder, { to: BUYER, by: ada });
  expect(ids(await changedSince(ada, token, query))).toEqual([folder]);
});

test('a shared drive has its own log, for members only, with entries for its members', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const start = { supportsAllDrives: 'true', driveId: drive };
  const query = { ...ALL_DRIVES, driveId: drive };
  const token = await startToken(ada, start);
  expect(await sandbox.errorOf(bilal, `${CHANGES}/startPageToken`, start)).toEqual([
    404,
    'notFound',
    'driveId',
  ]);
  google.setMember(drive, { member: BUYER, role: 'reader', by: ada });
  const [change, ...more] = await changedSince(ada, token, query);
  expect(more).toEqual([]);
  expect(change).toMatchObject({ changeType: 'drive', driveId: drive, drive: { name: 'Deals' } });
});

test("a user's log includes items of shared drives only with both flags", async () => {
  const { google } = sandbox;
  const token = await startToken(ada);
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', drive });
  expect(await changedSince(ada, token)).toEqual([]);
  expect(ids(await changedSince(ada, token, ALL_DRIVES))).toEqual([drive, file]);
  const half = { pageToken: token, includeItemsFromAllDrives: 'true' };
  expect((await sandbox.errorOf(ada, CHANGES, half))[0]).toBe(403);
  expect((await sandbox.errorOf(ada, CHANGES, { pageToken: token, driveId: drive }))[0]).toBe(400);
});

test("moving a file to a shared drive removes it from its owner's log", async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [bilal]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  const inDrive = await startToken(bilal, { supportsAllDrives: 'true', driveId: drive });
  google.move(file, { drive }, { by: ada });
  expect(await changedSince(ada, token)).toMatchObject([{ fileId: file, removed: true }]);
  const query = { ...ALL_DRIVES, driveId: drive };
  expect(await changedSince(bilal, inDrive, query)).toMatchObject([
    { fileId: file, removed: false, file: { driveId: drive } },
  ]);
});

test("a file moved to another shared drive is removed in the first drive's log", async () => {
  const { google } = sandbox;
  const make = (name: string) => google.addSharedDrive({ name, members: { [ada]: 'organizer' } });
  const [first, second] = [make('Deals'), make('Archive')];
  const file = google.createFile({ name: 'Offer', drive: first });
  const logs = await Promise.all(
    [first, second].map(async (driveId) => {
      const token = await startToken(ada, { supportsAllDrives: 'true', driveId });
      return { token, query: { ...ALL_DRIVES, driveId } };
    }),
  );
  google.move(file, { drive: second }, { by: ada });
  const seen = await Promise.all(logs.map(({ token, query }) => changedSince(ada, token, query)));
  expect(seen).toMatchObject([
    [{ fileId: file, removed: true }],
    [{ fileId: file, removed: false, file: { driveId: second } }],
  ]);
});

test('an action without effect creates no entry', async () => {
  const { google } = sandbox;
  const file = google.createFile({ name: 'Offer', owner: ada });
  google.share(file, { to: BUYER, by: ada });
  const token = await startToken(ada);
  google.share(file, { to: [BUYER, ada], by: ada });
  google.revoke(file, { to: 'unknown@globex.example', by: ada });
  expect(await changedSince(ada, token)).toEqual([]);
});

test('restrictToMyDrive omits files that others own', async () => {
  const { google } = sandbox;
  const token = await startToken(bilal);
  google.share(google.createFile({ name: 'Hers', owner: ada }), { to: bilal, by: ada });
  const own = google.createFile({ name: 'Theirs', owner: bilal });
  expect(ids(await changedSince(bilal, token, { restrictToMyDrive: 'true' }))).toEqual([own]);
});
