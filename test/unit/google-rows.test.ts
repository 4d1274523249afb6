import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/lib/errors.ts';
import {
  readActivities,
  readDomains,
  readUsers,
} from '../../src/vendors/google/admin-responses.ts';
import {
  readChanges,
  readDrives,
  readFiles,
  readPermissions,
  readRequestedFile,
  readStartPageToken,
} from '../../src/vendors/google/drive-responses.ts';

const TIME = '2026-11-01T09:30:00.123Z';
const AT = Date.UTC(2026, 10, 1, 9, 30, 0, 123);
const PLAIN = { id: 'p', type: 'user', role: 'reader' };
const BARE = { deleted: false, pendingOwner: false, inherited: false, isOriginKnown: false };

function readFile(row: object) {
  return readRequestedFile(row).rows[0];
}

function permissionOf(fields: object) {
  return readPermissions({ permissions: [{ ...PLAIN, ...fields }] }).rows[0];
}

describe('a permission', () => {
  it('has its address as given, trimmed, and its time in milliseconds', () => {
    const fields = {
      emailAddress: ' Pat@Customer.com ',
      displayName: 'Pat',
      expirationTime: '2026-12-01T00:00:00+01:00',
      pendingOwner: true,
    };
    expect(permissionOf(fields)).toEqual({
      ...PLAIN,
      ...BARE,
      email: 'Pat@Customer.com',
      name: 'Pat',
      expirationTime: Date.UTC(2026, 10, 30, 23),
      pendingOwner: true,
    });
  });

  it('can have no address, an empty one, or a deleted account', () => {
    expect(permissionOf({})).toEqual({ ...PLAIN, ...BARE });
    expect(permissionOf({ emailAddress: '', deleted: true })).toEqual({
      ...PLAIN,
      ...BARE,
      deleted: true,
    });
  });

  it('can have null fields, which count as absent', () => {
    const fields = { emailAddress: null, expirationTime: null, deleted: null, domain: null };
    expect(permissionOf({ ...fields, permissionDetails: null })).toEqual({ ...PLAIN, ...BARE });
  });

  it.each([
    ['no details', undefined, false],
    ['all are', [{ inherited: true }, { inherited: true }], true],
    ['one is not', [{ inherited: true }, { inherited: false }], false],
    ['an empty list', [], false],
    ['a detail without the field', [{}], false],
  ])('is inherited only if every detail says so: %s', (_case, permissionDetails, inherited) => {
    expect(permissionOf({ permissionDetails })).toMatchObject({ inherited });
  });

  it('can be for a domain, for anyone, or for a view', () => {
    expect(permissionOf({ type: 'domain', domain: 'Customer.COM' })).toMatchObject({
      type: 'domain',
      domain: 'customer.com',
    });
    expect(permissionOf({ type: 'anyone', view: 'published' })).toMatchObject({
      type: 'anyone',
      view: 'published',
    });
  });
});

describe('a file', () => {
  it('needs only its id', () => {
    expect(readFile({ id: 'f1' })).toEqual({
      id: 'f1',
      name: '',
      mimeType: '',
      trashed: false,
      parents: [],
      ownedByMe: false,
      owners: [],
      shared: false,
      permissionIds: [],
    });
  });

  it('distinguishes absent permissions from an empty list', () => {
    expect(readFile({ id: 'f1' })).not.toHaveProperty('permissions');
    expect(readFile({ id: 'f1', permissions: [] })).toHaveProperty('permissions', []);
  });

  it('has owners with an address as given, or without one', () => {
    const owners = [{ emailAddress: 'Anna@Acme.com', displayName: 'Anna' }, { displayName: 'Ben' }];
    expect(readFile({ id: 'f1', owners })?.owners).toEqual([
      { email: 'Anna@Acme.com', name: 'Anna' },
      { name: 'Ben' },
    ]);
  });

  it('keeps only the fields that are read', () => {
    const fields = {
      id: 'f1',
      name: 'Offer',
      mimeType: 'application/pdf',
      webViewLink: 'https://drive.google.com/file/d/f1/view',
      createdTime: TIME,
      trashed: true,
      driveId: 'd1',
      parents: ['d1'],
      shared: true,
      hasAugmentedPermissions: true,
      permissionIds: ['p1'],
      thumbnailLink: 'https://example.com',
    };
    expect(readFile(fields)).toEqual({
      id: 'f1',
      name: 'Offer',
      mimeType: 'application/pdf',
      webViewLink: 'https://drive.google.com/file/d/f1/view',
      createdTime: AT,
      trashed: true,
      driveId: 'd1',
      parents: ['d1'],
      ownedByMe: false,
      owners: [],
      shared: true,
      hasAugmentedPermissions: true,
      permissionIds: ['p1'],
    });
  });
});

describe('a page of changes', () => {
  it('contains files and drives, removed or not', () => {
    const changes = [
      { changeType: 'file', fileId: 'f1', time: TIME, removed: false, file: { id: 'f1' } },
      { changeType: 'file', fileId: 'f2', time: TIME, removed: true },
      { changeType: 'drive', driveId: 'd1', time: TIME, removed: false, drive: { name: 'Sales' } },
      { changeType: 'drive', driveId: 'd2', time: TIME, removed: true },
    ];
    const page = readChanges({ changes, newStartPageToken: '9' });
    expect(page).toEqual({
      rows: [
        { kind: 'file', fileId: 'f1', time: AT, removed: false, file: readFile({ id: 'f1' }) },
        { kind: 'file', fileId: 'f2', time: AT, removed: true },
        { kind: 'drive', driveId: 'd1', time: AT, removed: false, name: 'Sales' },
        { kind: 'drive', driveId: 'd2', time: AT, removed: true },
      ],
      newStartPageToken: '9',
    });
  });

  it('can be empty and not the last', () => {
    expect(readChanges({ changes: [], nextPageToken: '2' })).toEqual({
      rows: [],
      nextPageToken: '2',
    });
  });

  it('with both tokens is not the last', () => {
    const both = { changes: [], nextPageToken: '2', newStartPageToken: '9' };
    expect(readChanges(both)).toEqual({ rows: [], nextPageToken: '2' });
  });
});

describe('the directory', () => {
  it('lists suspended and archived users, and all addresses of each', () => {
    const users = [
      {
        id: 'u1',
        primaryEmail: 'Anna@Acme.com',
        aliases: ['A@acme.com'],
        nonEditableAliases: ['anna@acme.com.test-google-a.com', 'a@acme.com'],
        name: { fullName: 'Anna Lee' },
      },
      { id: 'u2', primaryEmail: 'ben@acme.com', suspended: true },
      { id: 'u3', primaryEmail: 'cy@acme.com', archived: true },
    ];
    expect(readUsers({ users, nextPageToken: '2' })).toEqual({
      rows: [
        {
          id: 'u1',
          email: 'anna@acme.com',
          name: 'Anna Lee',
          aliases: ['a@acme.com', 'anna@acme.com.test-google-a.com'],
          suspended: false,
          archived: false,
        },
        { id: 'u2', email: 'ben@acme.com', aliases: [], suspended: true, archived: false },
        { id: 'u3', email: 'cy@acme.com', aliases: [], suspended: false, archived: true },
      ],
      nextPageToken: '2',
    });
  });

  it('can omit empty lists', () => {
    expect(readUsers({})).toEqual({ rows: [] });
    expect(readActivities({}, AT)).toEqual({ rows: [] });
  });

  it('returns verified domains and their verified aliases, each once', () => {
    const domains = [
      {
        domainName: 'Acme.com',
        verified: true,
        isPrimary: true,
        domainAliases: [
          { domainAliasName: 'acme.de', verified: true },
          { domainAliasName: 'customer.com', verified: false },
        ],
      },
      { domainName: 'acme.de' },
      { domainName: 'gmail.com', verified: false },
    ];
    const { rows } = readDomains({ domains });
    expect(rows).toEqual(['acme.com', 'acme.de']);
  });
});

describe('a body other than the requested one', () => {
  it.each([
    ['changes without a token', () => readChanges({ changes: [] })],
    ['missing changes', () => readChanges({ newStartPageToken: '9' })],
    ['missing files', () => readFiles({})],
    ['an incomplete search', () => readFiles({ files: [], incompleteSearch: true })],
    ['missing permissions', () => readPermissions({})],
    ['missing drives', () => readDrives({})],
    ['a file without an id', () => readFile({ name: 'Offer' })],
    ['a text', () => readUsers('<html>')],
    ['nothing', () => readStartPageToken('')],
  ])('is never taken for an empty list: %s', (_what, read) => {
    expect(read).toThrow(RetryableError);
  });
});

describe('a faulty row', () => {
  const good = { id: { time: TIME, uniqueQualifier: '1' } };

  it.each([
    [
      'an activity with a numeric profileId',
      () => readActivities({ items: [{ ...good, actor: { profileId: 5 } }, good] }, AT),
      ['activity', `${TIME}/1`, 'actor.profileId: Invalid input: expected string, received number'],
    ],
    [
      'an activity without a time',
      () => readActivities({ items: [{ id: { uniqueQualifier: '9' } }, good] }, AT),
      ['activity', '9', 'id.time: Invalid input: expected string, received undefined'],
    ],
    [
      'an activity in the future',
      () =>
        readActivities(
          { items: [{ id: { time: '2026-11-01T09:31:00.124Z', uniqueQualifier: '9' } }, good] },
          AT,
        ),
      [
        'activity',
        '2026-11-01T09:31:00.124Z/9',
        'id.time: is not a time that the audit log can have',
      ],
    ],
    [
      'an activity that Google has deleted',
      () =>
        readActivities(
          { items: [{ id: { time: '2026-05-04T09:30:00.122Z', uniqueQualifier: '9' } }, good] },
          AT,
        ),
      [
        'activity',
        '2026-05-04T09:30:00.122Z/9',
        'id.time: is not a time that the audit log can have',
      ],
    ],
    [
      'a change without a time',
      () =>
        readChanges({
          changes: [{ fileId: 'f' }, { fileId: 'g', time: TIME }],
          newStartPageToken: '9',
        }),
      ['file', 'f', 'time: Invalid input: expected string, received undefined'],
    ],
    [
      'a change of an unknown kind',
      () =>
        readChanges({
          changes: [
            { changeType: 'x', fileId: 'f', time: TIME },
            { fileId: 'g', time: TIME },
          ],
          newStartPageToken: '9',
        }),
      ['file', 'f', 'changeType: Invalid input: expected "file"'],
    ],
    [
      'a file',
      () => readFiles({ files: [{ id: 'f', name: 7 }, { id: 'g' }] }),
      ['file', 'f', 'name: Invalid input: expected string, received number'],
    ],
    [
      'a user',
      () => readUsers({ users: [{ id: 'u' }, { id: 'v', primaryEmail: 'v@acme.com' }] }),
      ['user', 'u', 'primaryEmail: Invalid input: expected string, received undefined'],
    ],
    [
      'a shared drive',
      () => readDrives({ drives: [{ id: 'd', name: 1 }, { id: 'e' }] }),
      ['shared drive', 'd', 'name: Invalid input: expected string, received number'],
    ],
    [
      'a permission of an unknown type',
      () => readPermissions({ permissions: [{ ...PLAIN, type: 'audience' }, PLAIN] }),
      ['permission', 'p', 'type: Invalid option: expected one of "user"|"group"|"domain"|"anyone"'],
    ],
    [
      'a number in place of an object',
      () => readFiles({ files: [7, { id: 'g' }] }),
      ['file', expect.stringMatching(/^without-id-/), expect.any(String)],
    ],
  ])('does not affect the others: %s', (_what, read, [kind, id, problem]) => {
    const page = read();
    expect(page.rows).toHaveLength(1);
    expect(page.faulty).toMatchObject([{ kind, id, problem }]);
  });

  it('in a file: a permission of an unknown type leaves the other permissions', () => {
    const file = readFile({ id: 'f1', permissions: [{ ...PLAIN, type: 'audience' }, PLAIN] });
    expect(file?.permissions).toHaveLength(1);
    expect(file?.faultyPermissions).toMatchObject([{ kind: 'permission', id: 'p' }]);
  });

  it('of the domains leaves out no name that can be read: it may be internal', () => {
    const aliases = [{ domainAliasName: 'acme.at', verified: 'yes' }, 'odd'];
    const domains = [{ domainName: 'acme.com' }, { domainName: 'Acme.de', domainAliases: aliases }];
    expect(readDomains({ domains })).toMatchObject({
      rows: ['acme.com', 'acme.de', 'acme.at'],
      faulty: [{ kind: 'domain', id: 'Acme.de' }],
      areAllNamed: true,
    });
    const nameless = readDomains({ domains: [{ domainName: 'acme.com' }, { domainName: 7 }] });
    expect(nameless).toMatchObject({ rows: ['acme.com'], areAllNamed: false });
  });
});
