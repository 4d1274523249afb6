import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox, type Json, listIn } from '../support/google-sandbox.ts';

const ACTIVITIES = '/admin/reports/v1/activity/users/all/applications/drive';
const BUYER = 'buyer@globex.example';
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

let sandbox: GoogleSandbox;
let ada: string;
let bilal: string;
let file: string;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
  ada = sandbox.google.addUser('ada@acme.example');
  bilal = sandbox.google.addUser('bilal@acme.example');
  file = sandbox.google.createFile({ name: 'Offer', owner: ada });
  sandbox.clock.advance(MINUTE_MS);
});

afterEach(() => sandbox.stop());

type Query = Readonly<Record<string, string>>;

async function pagesOf(query: Query = {}): Promise<Json[][]> {
  const pages: Json[][] = [];
  let next: Query = {};
  do {
    const body = await sandbox.read(sandbox.google.admin, ACTIVITIES, { ...query, ...next });
    pages.push(body['items'] === undefined ? [] : [...listIn(body, 'items')]);
    next = body['nextPageToken'] === undefined ? {} : { pageToken: String(body['nextPageToken']) };
  } while ('pageToken' in next);
  return pages;
}

async function activities(query: Query = {}) {
  return (await pagesOf(query)).flat();
}

/** Events as name and parameters, for both forms of values. */
function eventsIn(activity: Json | undefined) {
  return listIn(activity ?? {}, 'events').map((event) => {
    const parameters = listIn(event, 'parameters').map((one) => {
      const { multiValue, value, boolValue } = Object(one);
      return [one['name'], multiValue?.join() ?? value ?? boolValue] as const;
    });
    return { name: event['name'], ...Object.fromEntries(parameters) };
  });
}

async function eventsNamed(eventName: string) {
  const found = await activities({ eventName });
  return found.flatMap(eventsIn).filter(({ name }) => name === eventName);
}

function timesOf(found: readonly Json[]) {
  return found.map(({ id }) => Date.parse(Object(id).time));
}

test('one action is one activity with an event per grantee and another event', async () => {
  sandbox.google.share(file, { to: [BUYER, bilal], group: 'team@globex.example', by: ada });
  const [activity, ...more] = await activities({ eventName: 'change_user_access' });
  expect(more).toHaveLength(1);
  expect(activity).toMatchObject({
    kind: 'admin#reports#activity',
    id: { applicationName: 'drive', time: new Date(sandbox.clock.now()).toISOString() },
    actor: { email: ada },
  });
  const shared = {
    name: 'change_user_access',
    old_value: 'none',
    new_value: 'can_view',
    doc_id: file,
    doc_title: 'Offer',
    owner: ada,
    owner_is_shared_drive: false,
    visibility: 'shared_externally',
  };
  expect(eventsIn(activity)).toMatchObject([
    { name: 'edit', primary_event: false },
    { ...shared, target_user: BUYER, visibility_change: 'external' },
    { ...shared, target_user: bilal, visibility_change: 'none' },
    { ...shared, target_user: 'team@globex.example' },
  ]);
});

test("a new file logs its owner's own grant", async () => {
  const [activity] = await activities({ eventName: 'create' });
  expect(eventsIn(activity)).toMatchObject([
    { name: 'create', primary_event: true },
    { name: 'change_user_access', target_user: ada, new_value: 'owner', primary_event: false },
  ]);
});

test('a new file on a shared drive logs a grant for every member, even external', async () => {
  const { google } = sandbox;
  const members = { [ada]: 'organizer', [BUYER]: 'reader' } as const;
  const drive = google.addSharedDrive({ name: 'Deals', members });
  google.createFile({ name: 'Plan', drive });
  const [activity] = await activities({ eventName: 'create' });
  expect(eventsIn(activity)).toMatchObject([
    { name: 'create', owner: 'Deals', owner_is_shared_drive: true, shared_drive_id: drive },
    { target_user: ada, primary_event: false },
    { target_user: BUYER, new_value: 'can_view', primary_event: false },
  ]);
});

test('role changes and revocations use the same event, with values in either form', async () => {
  const { google } = sandbox;
  google.share(file, { to: BUYER, role: 'reader', by: ada });
  google.share(file, { to: BUYER, role: 'writer', by: ada });
  google.revoke(file, { to: BUYER, by: bilal });
  const events = await eventsNamed('change_user_access');
  expect(events.slice(0, 3)).toMatchObject([
    { old_value: 'can_edit', new_value: 'none', visibility_change: 'internal' },
    { old_value: 'can_view', new_value: 'can_edit', visibility_change: 'none' },
    { old_value: 'none', new_value: 'can_view', visibility_change: 'external' },
  ]);
  const forms = (await activities({ eventName: 'change_user_access' }))
    .flatMap((activity) => listIn(activity, 'events'))
    .flatMap((event) => listIn(event, 'parameters'))
    .filter(({ name }) => name === 'new_value')
    .map((parameter) => ('multiValue' in parameter ? 'multiValue' : 'value'));
  expect(new Set(forms)).toEqual(new Set(['value', 'multiValue']));
});

test('an action without effect is not logged', async () => {
  const { google } = sandbox;
  google.share(file, { to: BUYER, by: ada });
  google.share(file, { to: BUYER, by: ada });
  google.share(file, { to: ada, by: ada });
  google.revoke(file, { to: 'unknown@globex.example', by: ada });
  // The other one is the owner's grant from the creation of the file.
  expect(await eventsNamed('change_user_access')).toHaveLength(2);
});

test('a link or domain grant is one activity with both visibility events', async () => {
  const { google } = sandbox;
  google.share(file, { anyone: true, role: 'commenter', by: ada });
  google.share(file, { domain: 'globex.example', by: ada });
  google.revoke(file, { anyone: true, by: ada });
  const found = (await activities({ eventName: 'change_document_access_scope' })).map((activity) =>
    eventsIn(activity)
      .slice(1)
      .map(({ name, target_domain, old_value, new_value }) => [
        name,
        target_domain,
        old_value,
        new_value,
      ]),
  );
  const visibility = 'change_document_visibility';
  const scope = 'change_document_access_scope';
  const domain = 'globex.example';
  expect(found).toEqual([
    [
      [visibility, 'all', 'people_with_link', 'private'],
      [scope, 'all', 'can_comment', 'none'],
    ],
    [
      [visibility, domain, 'private', 'people_within_domain_with_link'],
      [scope, domain, 'none', 'can_view'],
    ],
    [
      [visibility, 'all', 'private', 'people_with_link'],
      [scope, 'all', 'none', 'can_comment'],
    ],
  ]);
});

test('a shared folder logs an event, and its contents log only reconciled events', async () => {
  const { google } = sandbox;
  const folder = google.createFolder({ name: 'Deal', owner: ada });
  const child = google.createFile({ name: 'Plan', owner: ada, parent: folder });
  google.share(folder, { to: BUYER, anyone: true, by: ada });
  const own = await eventsNamed('change_user_access');
  expect(own.filter(({ target_user }) => target_user === BUYER)).toMatchObject([
    { doc_id: folder, doc_type: 'folder' },
  ]);
  for (const name of [
    'change_user_access_hierarchy_reconciled',
    'change_document_visibility_hierarchy_reconciled',
    'change_document_access_scope_hierarchy_reconciled',
  ])
    expect(await eventsNamed(name)).toMatchObject([{ doc_id: child, primary_event: false }]);
});

test('a file moved into a shared folder logs reconciled events', async () => {
  const { google } = sandbox;
  const folder = google.createFolder({ name: 'Deal', owner: ada });
  google.share(folder, { to: BUYER, by: ada });
  google.move(file, { folder }, { by: ada });
  expect(await eventsNamed('move')).toMatchObject([{ doc_id: file }]);
  expect(await eventsNamed('change_user_access_hierarchy_reconciled')).toMatchObject([
    { doc_id: file, target_user: BUYER },
  ]);
});

test('a membership event names the member in either parameter', async () => {
  const { google } = sandbox;
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  google.setMember(drive, { member: BUYER, role: 'reader', by: ada });
  google.setMember(drive, { member: BUYER, role: 'fileOrganizer', by: ada });
  google.removeMember(drive, { member: BUYER, by: ada });
  const events = await eventsNamed('shared_drive_membership_change');
  const logged = events.map((event) => [
    event.membership_change_type,
    event.target ?? event.target_user,
    event.removed_role,
    event.added_role,
  ]);
  expect(logged).toEqual([
    ['remove_from_shared_drive', BUYER, 'content_manager', 'none'],
    ['change_roles', BUYER, 'viewer', 'content_manager'],
    ['add_to_shared_drive', BUYER, 'none', 'viewer'],
    ['add_to_shared_drive', ada, 'none', 'organizer'],
  ]);
  expect(new Set(events.map((event) => 'target' in event)).size).toBe(2);
});

test('pages have 1,000 activities, newest first, each with a unique qualifier', async () => {
  for (let number = 0; number < 1_500; number += 1) {
    sandbox.clock.advance(number % 2);
    sandbox.google.edit(file, { by: ada });
  }
  const pages = await pagesOf({ eventName: 'edit' });
  expect(pages.map((page) => page.length)).toEqual([1_000, 500]);
  const times = timesOf(pages.flat());
  expect(times).toEqual([...times].sort((a, b) => b - a));
  const qualifiers = pages.flat().map(({ id }) => Object(id).uniqueQualifier);
  expect(new Set(qualifiers).size).toBe(1_500);
  expect((await sandbox.errorOf(sandbox.google.admin, ACTIVITIES, { maxResults: '1001' }))[0]).toBe(
    400,
  );
});

test('a delayed activity is missing at first, then appears at its own time', async () => {
  const { google, clock } = sandbox;
  google.setLateAudit(10 * MINUTE_MS);
  google.share(file, { to: BUYER, by: ada });
  google.setLateAudit(0);
  clock.advance(MINUTE_MS);
  google.share(file, { to: 'other@globex.example', by: ada });
  const targets = async () =>
    (await eventsNamed('change_user_access')).map(({ target_user }) => target_user);
  expect(await targets()).toEqual(['other@globex.example', ada]);
  clock.advance(9 * MINUTE_MS);
  expect(await targets()).toEqual(['other@globex.example', BUYER, ada]);
});

test('an activity with an infinite delay never appears', async () => {
  sandbox.google.setLateAudit(Number.POSITIVE_INFINITY);
  sandbox.google.share(file, { to: BUYER, by: ada });
  sandbox.clock.advance(DAY_MS);
  sandbox.forgetTokens();
  expect(await eventsNamed('change_user_access')).toHaveLength(1);
});

test('a grant to an invitee without an account is logged when the account is created', async () => {
  const { google, clock } = sandbox;
  google.withoutAccount(BUYER);
  google.share(file, { to: [BUYER, bilal], by: ada });
  const targets = async () =>
    (await eventsNamed('change_user_access')).map(({ target_user }) => target_user);
  expect(await targets()).toEqual([bilal, ada]);
  clock.advance(MINUTE_MS);
  google.makesAccount(BUYER);
  expect(await targets()).toEqual([BUYER, bilal, ada]);
  const [latest] = await activities({ eventName: 'change_user_access' });
  expect(timesOf(latest ? [latest] : [])).toEqual([clock.now()]);
});

test('files of a user on another edition are not logged', async () => {
  const quiet = sandbox.google.addUser({ email: 'quiet@acme.example', audited: false });
  const own = sandbox.google.createFile({ name: 'Own', owner: quiet });
  sandbox.google.share(own, { to: BUYER, by: quiet });
  const events = (await activities()).flatMap(eventsIn);
  expect(events.filter(({ doc_id }) => doc_id === own)).toEqual([]);
});

test('startTime and endTime set the window, within the last 180 days', async () => {
  const { google, clock } = sandbox;
  const { admin } = google;
  const first = clock.now();
  google.edit(file, { by: ada });
  clock.advance(MINUTE_MS);
  google.edit(file, { by: ada });
  const at = (ms: number) => new Date(ms).toISOString();
  const count = async (query: Query) => (await activities({ eventName: 'edit', ...query })).length;
  expect(await count({ startTime: at(first + 1) })).toBe(1);
  expect(await count({ endTime: at(first + 1) })).toBe(1);
  const refused = [
    { startTime: 'yesterday' },
    { startTime: at(first), endTime: at(first) },
    { startTime: at(clock.now() + 1) },
  ];
  for (const query of refused)
    expect((await sandbox.errorOf(admin, ACTIVITIES, query)).slice(0, 2)).toEqual([400, 'invalid']);
  clock.advance(180 * DAY_MS);
  sandbox.forgetTokens();
  expect(await count({ startTime: at(first + MINUTE_MS) })).toBe(1);
  for (const startTime of [at(first), '2001-01-01T00:00:00Z']) {
    expect(await sandbox.errorOf(admin, ACTIVITIES, { startTime })).toEqual([400, 'invalid']);
  }
});

test('an administrator without the privilege gets 401, as with an invalid token', async () => {
  sandbox.google.deny(sandbox.google.admin, 'reports');
  for (const user of [ada, sandbox.google.admin])
    expect(await sandbox.errorOf(user, ACTIVITIES)).toEqual([401, 'authError', 'Authorization']);
  sandbox.google.allow(sandbox.google.admin, 'reports');
  expect((await sandbox.get(sandbox.google.admin, ACTIVITIES)).status).toBe(200);
});

test('calls above the quota get 503 until the next minute', async () => {
  const { google, clock } = sandbox;
  google.set({ reportsPerMinute: 3, filteredReportsPerMinute: 1 });
  const status = async (query: Query = {}) =>
    (await sandbox.get(google.admin, ACTIVITIES, query)).status;
  const filters = { filters: `doc_id==${file}` };
  expect([await status(filters), await status(filters), await status()]).toEqual([200, 503, 200]);
  expect(await sandbox.errorOf(google.admin, ACTIVITIES)).toEqual([503, 'backendError']);
  clock.advance(MINUTE_MS);
  expect(await status(filters)).toBe(200);
});

test('a page can repeat activities of the previous page', async () => {
  for (let number = 0; number < 5; number += 1) {
    sandbox.clock.advance(SECOND_MS);
    sandbox.google.edit(file, { by: ada });
  }
  sandbox.google.set({ pageSizeMax: 3, auditRepeats: 1 });
  const found = await activities({ eventName: 'edit' });
  expect(found.length).toBeGreaterThan(5);
  expect(new Set(timesOf(found)).size).toBe(5);
});

test("Google's clock can be ahead or behind", async () => {
  sandbox.google.set({ clockAheadMs: 5 * MINUTE_MS });
  sandbox.google.edit(file, { by: ada });
  const [latest] = await activities();
  const theirs = sandbox.clock.now() + 5 * MINUTE_MS;
  expect(timesOf(latest ? [latest] : [])).toEqual([theirs]);
  const { headers } = await sandbox.get(sandbox.google.admin, ACTIVITIES);
  expect(headers.get('date')).toBe(new Date(theirs).toUTCString());
});
