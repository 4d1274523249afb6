import { afterEach, beforeEach, expect, test } from 'vitest';
import { AskedGoogle, type Json, listIn } from '../support/google-sandbox.ts';

const CHANGES = '/drive/v3/changes';
const BUYER = 'buyer@globex.example';
const ALL_DRIVES = { supportsAllDrives: 'true', includeItemsFromAllDrives: 'true' };

let asked: AskedGoogle;
let ada: string;
let bilal: string;

beforeEach(async () => {
  asked = await AskedGoogle.start();
  ada = asked.google.addUser('ada@acme.example');
  bilal = asked.google.addUser('bilal@acme.example');
});

afterEach(() => asked.stop());

type Query = Readonly<Record<string, string>>;

async function startToken(user: string, query: Query = {}): Promise<string> {
  const body = await asked.read(user, `${CHANGES}/startPageToken`, query);
  return String(body['startPageToken']);
}

/** All changes after a token, page by page, and the token that comes at the end. */
async function changesSince(user: string, token: string, query: Query = {}) {
  const pages: Json[][] = [];
  let pageToken = token;
  for (;;) {
    const body = await asked.read(user, CHANGES, { ...query, pageToken, fields: '*' });
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

test('an entry is the state now: several changes of one file are one entry', async () => {
  const { google } = asked;
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

test('what was given and taken back between two readings is invisible', async () => {
  const { google } = asked;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  google.share(file, { to: BUYER, by: ada });
  google.revoke(file, { to: BUYER, by: ada });
  expect((await changedSince(ada, token)).map(emailsIn)).toEqual([[ada]]);
});

test('replaced entries leave empty pages, and the new start token comes only at the end', async () => {
  const { google } = asked;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const token = await startToken(ada);
  for (let turn = 0; turn < 5; turn += 1) google.edit(file, { by: ada });
  google.set({ pageSizeMax: 2 });
  const { pages, end } = await changesSince(ada, token);
  expect(pages.map((page) => page.length)).toEqual([0, 0, 1]);
  expect(end).toBe(await startToken(ada));
  expect(await changedSince(ada, end)).toEqual([]);
});

test('empty pages on request lead on, each with a token of its own', async () => {
  const { google } = asked;
  const token = await startToken(ada);
  const file = google.createFile({ name: 'Offer', owner: ada });
  google.giveEmptyPages(2);
  const { pages } = await changesSince(ada, token);
  expect(pages.map(ids)).toEqual([[], [], [file]]);
});

test('a token that was never given out is bad; one that is lost says so, in three ways', async () => {
  const { google } = asked;
  const ask = (pageToken: string) => asked.refusal(ada, CHANGES, { pageToken });
  const token = await startToken(ada);
  expect(await asked.refusal(ada, CHANGES)).toEqual([400, 'required', 'pageToken']);
  for (const bad of ['', 'abc', '1', `${Number(token) + 1}`, await startToken(bilal)])
    expect(await ask(bad)).toEqual([400, 'invalid', 'pageToken']);
  for (const [status, reason] of [
    [403, 'pageTokenExpired'],
    [404, 'notFound'],
    [410, 'gone'],
  ] as const) {
    const before = await startToken(ada);
    google.loseChangeTokens(ada, status);
    expect(await ask(before)).toEqual([status, reason, 'pageToken']);
    expect(await changedSince(ada, await startToken(ada))).toEqual([]);
  }
});

test('each log has its own: the owner and the colleague who was named see it, nobody else', async () => {
  const { google } = asked;
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

test('trashed is shown, deleted is removed', async () => {
  const { google } = asked;
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

test('what runs out is a change of its own, at that time', async () => {
  const { google, clock } = asked;
  const file = google.createFile({ name: 'Offer', owner: ada });
  const expires = clock.now() + 3_600_000;
  google.share(file, { to: BUYER, by: ada, expires });
  const token = await startToken(ada);
  clock.advance(3_500_000);
  expect(await changedSince(ada, token)).toEqual([]);
  clock.advance(200_000);
  asked.forgetTokens();
  const [change] = await changedSince(ada, token);
  expect(change).toMatchObject({ fileId: file, time: new Date(expires).toISOString() });
  expect(emailsIn(change)).toEqual([ada]);
});

test.each([
  ['none', 0],
  ['some', 1],
  ['all', 2],
] as const)(
  'of a shared My Drive folder %s of the children get an entry',
  async (childEntries, count) => {
    const { google } = asked;
    google.set({ childEntries });
    const folder = google.createFolder({ name: 'Deal', owner: ada });
    const file = (name: string) => google.createFile({ name, owner: ada, parent: folder });
    const children = [file('a'), file('b')];
    const token = await startToken(ada);
    google.share(folder, { to: BUYER, by: ada });
    const changed = await changedSince(ada, token);
    expect(ids(changed)).toEqual([folder, ...children.slice(0, count)]);
    // What they inherit shows, entry or not.
    for (const change of changed) expect(emailsIn(change)).toContain(BUYER);
  },
);

test('on a shared drive a folder is one entry, its children get none', async () => {
  const { google } = asked;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const folder = google.createFolder({ name: 'Deal', drive });
  google.createFile({ name: 'Offer', parent: folder });
  const query = { ...ALL_DRIVES, driveId: drive };
  const token = await startToken(ada, { supportsAllDrives: 'true', driveId: drive });
  google.share(folder, { to: BUYER, by: ada });
  expect(ids(await changedSince(ada, token, query))).toEqual([folder]);
});

test('a shared drive has a log of its own, for members only, with its members as an entry', async () => {
  const { google } = asked;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const start = { supportsAllDrives: 'true', driveId: drive };
  const query = { ...ALL_DRIVES, driveId: drive };
  const token = await startToken(ada, start);
  expect(await asked.refusal(bilal, `${CHANGES}/startPageToken`, start)).toEqual([
    404,
    'notFound',
    'driveId',
  ]);
  google.setMember(drive, { member: BUYER, role: 'reader', by: ada });
  const [change, ...more] = await changedSince(ada, token, query);
  expect(more).toEqual([]);
  expect(change).toMatchObject({ changeType: 'drive', driveId: drive, drive: { name: 'Deals' } });
});

test("items of shared drives stand in a user's log only when asked for, and with both flags", async () => {
  const { google } = asked;
  const token = await startToken(ada);
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const file = google.createFile({ name: 'Offer', drive });
  expect(await changedSince(ada, token)).toEqual([]);
  expect(ids(await changedSince(ada, token, ALL_DRIVES))).toEqual([drive, file]);
  const half = { pageToken: token, includeItemsFromAllDrives: 'true' };
  expect((await asked.refusal(ada, CHANGES, half))[0]).toBe(403);
  expect((await asked.refusal(ada, CHANGES, { pageToken: token, driveId: drive }))[0]).toBe(400);
});

test('what moves to a shared drive leaves the log of its owner and enters that of the drive', async () => {
  const { google } = asked;
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

test('what moves from one shared drive to another is gone from the first', async () => {
  const { google } = asked;
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

test('what changes nothing is no entry', async () => {
  const { google } = asked;
  const file = google.createFile({ name: 'Offer', owner: ada });
  google.share(file, { to: BUYER, by: ada });
  const token = await startToken(ada);
  google.share(file, { to: [BUYER, ada], by: ada });
  google.revoke(file, { to: 'nobody@globex.example', by: ada });
  expect(await changedSince(ada, token)).toEqual([]);
});

test('restrictToMyDrive leaves out what others own', async () => {
  const { google } = asked;
  const token = await startToken(bilal);
  google.share(google.createFile({ name: 'Hers', owner: ada }), { to: bilal, by: ada });
  const own = google.createFile({ name: 'His', owner: bilal });
  expect(ids(await changedSince(bilal, token, { restrictToMyDrive: 'true' }))).toEqual([own]);
});
