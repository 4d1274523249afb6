import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MethodName } from '../../src/sandbox/google/call-counts.ts';
import type { RowChange } from '../../src/sandbox/google/row-changes.ts';
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

function createFile(name: string): string {
  return world.google.createFile({ name, owner: ann });
}

function share(file: string, to: string): void {
  world.google.share(file, { to, by: ann });
}

function changeRows(method: MethodName, change: RowChange): void {
  world.google.state.rowChanges.set(method, change);
}

async function setAside() {
  const { db } = await world.context();
  return db.selectFrom('set_aside').selectAll().execute();
}

/** As if an earlier version had set the rows aside. */
async function upgrade(): Promise<void> {
  const { db } = await world.context();
  await db.updateTable('set_aside').set({ version: '0.0.1' }).execute();
  world.google.state.rowChanges.clear();
}

const titles = async () => (await world.events()).map((event) => event.share.content.title).sort();
const wasSetAside = (name: string) =>
  expect.objectContaining({
    stage: 'google-drive',
    message: expect.stringMatching(
      new RegExp(`^1 row could not be read and was set aside: ${name}`),
    ),
  });

/** The faulty activity of Odd: a numeric profileId. */
const numericProfile: RowChange = (row) => {
  const isOdd = JSON.stringify(row).includes(ADA);
  return isOdd ? { ...row, actor: { email: ann, profileId: 104_215_000_000 } } : row;
};

/** The events of Odd without a parameter. */
const without =
  (parameter: string): RowChange =>
  (row) => {
    const text = JSON.stringify(row);
    if (!text.includes(ADA)) return row;
    const isOther = ({ name }: { readonly name: string }) => name !== parameter;
    return JSON.parse(text, (key, value) => (key === 'parameters' ? value.filter(isOther) : value));
  };

describe('an odd row of the audit log', () => {
  beforeEach(async () => {
    world.configure({ detect: ['audit-log'] });
    share(createFile('Odd'), ADA);
    share(createFile('Good'), BEN);
    // A share action is complete after a minute.
    world.clock.advance(2 * MINUTE_MS);
    changeRows('activities.list', numericProfile);
  });

  test('is named, counted and kept; the others go out, and the cursor moves', async () => {
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', found: { 'google-drive': 1 } });
    expect(report.errors).toEqual([
      wasSetAside('activity \\S+Z/-?\\d+ \\(actor.profileId: Invalid input: expected string'),
    ]);
    expect(await titles()).toEqual(['Good']);
    expect(await setAside()).toMatchObject([{ kind: 'activity', problem: expect.any(String) }]);
    // Each run rereads a day of the log.
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect(await setAside()).toHaveLength(1);
  });

  test('that does not say what changed is named and kept, and no revocation', async () => {
    changeRows('activities.list', without('new_value'));
    const report = await world.sync();
    expect(report).toMatchObject({ outcome: 'partial', found: { 'google-drive': 1 } });
    expect(report.errors).toEqual([wasSetAside('activity \\S+ \\(events: have no new_value')]);
    expect(await titles()).toEqual(['Good']);
    expect(await setAside()).toHaveLength(1);
    const { db } = await world.context();
    expect(await db.selectFrom('grant').select('grantee').execute()).toEqual([{ grantee: BEN }]);
  });

  test('a dry run names it, and keeps nothing', async () => {
    const { dryRun } = await import('../../src/runs/dry-run.ts');
    const { tenant } = world;
    const { signal } = new AbortController();
    const report = await dryRun(await world.context(), {
      ...{ tenant, signal, reach: 'new', listeners: [] },
      plan: { add: async () => {}, drop: () => {} },
    });
    expect(report.errors).toEqual([wasSetAside('activity')]);
    expect(await setAside()).toEqual([]);
  });

  test.each(['new', 'all'] as const)('is read by a version that can (reach: %s)', async (reach) => {
    await world.sync();
    await upgrade();
    if (reach === 'all') {
      const { db } = await world.context();
      const { version } = (await import('../../package.json')).default;
      await db.updateTable('set_aside').set({ version }).execute();
    }
    // The log itself no longer has it.
    changeRows('activities.list', (activity) =>
      JSON.stringify(activity).includes('"Odd"') ? { ...activity, events: [] } : activity,
    );
    const { db } = await world.context();
    const [kept] = await setAside();
    const row = JSON.parse(kept?.row ?? '');
    await db
      .updateTable('set_aside')
      .set({ row: JSON.stringify({ ...row, actor: { email: ann } }) })
      .execute();
    expect(await world.sync({ reach })).toMatchObject({ outcome: 'ok', errors: [] });
    expect(await titles()).toEqual(['Good', 'Odd']);
    expect(await setAside()).toEqual([]);
  });

  test('a row that the next version cannot read either is reported once more', async () => {
    await world.sync();
    const { db } = await world.context();
    await db.updateTable('set_aside').set({ version: '0.0.1' }).execute();
    expect((await world.sync()).errors).toEqual([wasSetAside('activity')]);
    expect((await world.sync()).errors).toEqual([]);
  });

  test('secrets in it are not kept', async () => {
    const { rememberSecret } = await import('../../src/lib/secret.ts');
    rememberSecret('s3cr3t-token-value');
    changeRows('activities.list', (row) => ({
      ...row,
      actor: { key: 5, profileId: 's3cr3t-token-value' },
    }));
    await world.sync();
    expect(JSON.stringify(await setAside())).not.toContain('s3cr3t-token-value');
  });

  test('more than 1,000 of them stop the log before its cursor moves', async () => {
    changeRows('activities.list', (row) => row);
    await world.sync();
    const { db } = await world.context();
    const before = await db.selectFrom('cursor').selectAll().orderBy('stream').execute();
    for (let number = 0; number < 1_001; number += 1) share(createFile(`Odd ${number}`), ADA);
    changeRows('activities.list', (row) => ({ ...row, actor: { profileId: 5 } }));
    const report = await world.sync();
    expect(report.errors.map(({ message }) => message).join()).toContain(
      'more than 1000 rows cannot be read',
    );
    const stream = 'drive/audit-log/change_user_access';
    const after = await db.selectFrom('cursor').selectAll().orderBy('stream').execute();
    const untilIn = (rows: typeof before) =>
      JSON.parse(rows.find((row) => row.stream === stream)?.position ?? '').until;
    expect(untilIn(after)).toBe(untilIn(before));
  });
});

/** An unknown type for the grant to Ada. */
const unknownType = (row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { permissions } = row;
  if (!Array.isArray(permissions)) return row;
  const changed = permissions.map((one) =>
    one.emailAddress === ADA ? { ...one, type: 'audience' } : one,
  );
  return { ...row, permissions: changed };
};

describe('an odd row of a change log', () => {
  beforeEach(async () => {
    world.configure({ detect: ['changes'] });
    await world.sync();
  });

  const odd =
    (change: RowChange): RowChange =>
    (row) =>
      JSON.stringify(row).includes('"Odd"') ? change(row) : row;

  test.each([
    [
      'a file',
      (row: object) => ({ ...row, file: { ...('file' in row ? Object(row.file) : {}), name: 7 } }),
      'file.name',
    ],
    ['a change', (row: object) => ({ ...row, time: 5 }), 'time'],
  ])('%s is named and kept; the next version requests it', async (_what, change, field) => {
    const file = createFile('Odd');
    share(file, ADA);
    share(createFile('Good'), BEN);
    changeRows('changes.list', odd(change));
    const report = await world.sync();
    expect(report.errors).toEqual([wasSetAside(`file ${file} \\(${field}: `)]);
    expect(await titles()).toEqual(['Good']);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    await upgrade();
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
    expect(await titles()).toEqual(['Good', 'Odd']);
    expect(await setAside()).toEqual([]);
  });

  test('a permission of an unknown type leaves the other grants of its file, and ends none', async () => {
    const file = createFile('Odd');
    share(file, ADA);
    await world.sync();
    changeRows('changes.list', (row) => ({ ...row, file: unknownType(Object(row['file'])) }));
    changeRows('permissions.list', (row) =>
      row['emailAddress'] === ADA ? { ...row, type: 'audience' } : row,
    );
    world.google.share(file, { to: BEN, by: ann });
    const report = await world.sync();
    expect(report.errors).toEqual([
      wasSetAside(`file ${file} \\(permission \\S+: type: Invalid option: expected one of "user"`),
    ]);
    await upgrade();
    world.google.edit(file, { by: ann });
    expect(await world.sync()).toMatchObject({
      outcome: 'ok',
      errors: [],
      found: { 'google-drive': 0 },
    });
    expect(summariesOf(await world.events())).toEqual([
      `changes pending: ${ann} -> ${ADA}: Odd`,
      `changes pending: ${ann} -> ${BEN}: Odd`,
    ]);
  });

  test.each(['name', 'permissions'])(
    'a full sweep that finds an odd file ends none of its grants (%s)',
    async (field) => {
      const file = createFile('Odd');
      share(file, ADA);
      await world.sync();
      changeRows('files.list', (row) =>
        field === 'name' ? { ...row, name: 7 } : unknownType(row),
      );
      changeRows('permissions.list', (row) => ({ ...row, type: 'audience' }));
      expect((await world.sync({ reach: 'all' })).errors).toEqual([
        expect.objectContaining({ message: expect.stringContaining(`file ${file}`) }),
      ]);
      await upgrade();
      expect(await world.sync({ reach: 'all' })).toMatchObject({
        errors: [],
        found: { 'google-drive': 0 },
      });
      expect(await titles()).toEqual(['Odd']);
    },
  );
});

test('a file that the first reading cannot read is no news later', async () => {
  world.configure({ detect: ['changes'] });
  const file = world.google.createFile({ name: 'Odd', owner: ann, at: world.start - HOUR_MS });
  world.google.share(file, { to: ADA, by: ann, at: world.start - HOUR_MS });
  changeRows('files.list', (row) => ({ ...row, name: 7 }));
  expect((await world.sync()).errors).toHaveLength(1);
  await upgrade();
  expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  expect(await titles()).toEqual([]);
  expect(await setAside()).toEqual([]);
});

test('a new member of a shared drive whose role the audit log does not say is reported', async () => {
  const { google } = world;
  world.configure({ detect: ['audit-log'] });
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
  await world.sync();
  google.setMember(drive, { member: ADA, role: 'reader', by: ann });
  world.clock.advance(2 * MINUTE_MS);
  changeRows('activities.list', without('added_role'));
  expect(await world.sync()).toMatchObject({ outcome: 'ok', found: { 'google-drive': 1 } });
  const [event] = await world.events();
  expect(event?.share).toMatchObject({ content: { title: 'Deals' }, eventProperties: [] });
});

test.each([
  [
    'users.list',
    (row: object) =>
      'primaryEmail' in row && row.primaryEmail !== ann ? { ...row, primaryEmail: 5 } : row,
    'user \\S+ \\(primaryEmail',
  ],
  ['drives.list', (row: object) => ({ ...row, name: 5 }), 'shared drive \\S+ \\(name'],
  ['domains.list', (row: object) => ({ ...row, verified: 'yes' }), 'domain \\S+ \\(verified'],
] as const)(
  'an odd row of %s is named in every run, and the others are read',
  async (method, change, name) => {
    world.google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
    share(createFile('Good'), ADA);
    changeRows(method, change);
    for (let run = 0; run < 2; run += 1) {
      expect((await world.sync()).errors).toEqual([
        expect.objectContaining({ message: expect.stringMatching(name) }),
      ]);
    }
    expect(await titles()).toEqual(['Good']);
    expect(await setAside()).toEqual([]);
  },
);

test('a domain without a name does not make its people outsiders, once it was known', async () => {
  const { google } = world;
  const domain = 'sister.example';
  google.addDomain(domain);
  const namesDomain = (row: object) => 'domainName' in row && row.domainName === domain;
  const hideName = (row: object) => (namesDomain(row) ? { ...row, domainName: 7 } : row);
  changeRows('domains.list', hideName);
  expect(await world.sync()).toMatchObject({ outcome: 'failed', found: { 'google-drive': 0 } });
  changeRows('domains.list', (row) => row);
  await world.sync();
  changeRows('domains.list', hideName);
  share(createFile('Inside'), `ben@${domain}`);
  share(createFile('Outside'), ADA);
  const { errors } = await world.sync();
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringMatching('domain \\S+ \\(domainName') }),
  ]);
  expect(await titles()).toEqual(['Outside']);
});
