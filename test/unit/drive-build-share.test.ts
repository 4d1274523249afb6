import { describe, expect, test } from 'vitest';
import {
  buildRemainingShare,
  buildShare,
  type ShareInput,
} from '../../src/sources/drive/build-share.ts';
import type { ExternalGrant } from '../../src/sources/drive/external-grantees.ts';

const AT = Date.UTC(2026, 10, 2);
const person = (email: string) => ({ key: email, kind: 'user', email, role: 'reader' }) as const;
const ADA = person('ada@globex.com');
const BEN = { ...person('ben@initech.com'), name: 'Ben', role: 'writer', expiresAt: AT + 1 };
const LINK = { key: 'anyone', kind: 'anyone', role: 'reader' } as const;
const DOMAIN = { key: 'domain:globex.com', kind: 'domain', role: 'reader' } as const;
const HIDDEN = { key: 'id:1', kind: 'unaddressed', role: 'reader' } as const;
const ROBOT = person('backup@crm-tools.iam.gserviceaccount.com');

type LoggedInput = Extract<ShareInput, { readonly detector: 'audit-log' }>;

function inputOf(
  grants: LoggedInput['grants'],
  changes: Partial<Omit<LoggedInput, 'detector' | 'grants'>> = {},
): LoggedInput {
  return {
    detector: 'audit-log',
    item: { itemId: 'f1', item: 'file', title: 'Deck', url: 'https://x.example/f1' },
    at: AT,
    actor: 'ann@acme.com',
    grants,
    ...changes,
  };
}

describe('a Drive share', () => {
  test.each(['__proto__', 'constructor', 'toString'])('can have the file type %s', (fileType) => {
    const item = { itemId: 'f1', item: 'file', title: 'Deck', fileType } as const;
    const properties = [{ name: 'File type', dataType: 'string', value: fileType }];
    expect(buildShare(inputOf([ADA], { item })).contentProperties).toEqual(properties);
  });

  test('has all facts that its source knows', () => {
    const item = {
      itemId: 'f1',
      item: 'file',
      title: 'Deck',
      fileType: 'application/pdf',
    } as const;
    expect(buildShare(inputOf([ADA, BEN, LINK], { item, actorName: 'Ann' }))).toMatchObject({
      source: 'google-drive',
      sharedAt: AT,
      sharer: { email: 'ann@acme.com', name: 'Ann' },
      content: { id: 'f1', title: 'Deck', url: 'https://drive.google.com/open?id=f1' },
      drive: {
        detector: 'audit-log',
        item: 'file',
        grantees: [
          { kind: 'user', email: 'ada@globex.com', role: 'reader' },
          {
            kind: 'user',
            email: 'ben@initech.com',
            name: 'Ben',
            role: 'writer',
            expiresAt: AT + 1,
          },
        ],
        link: 'anyone',
      },
      contentProperties: [{ name: 'File type', dataType: 'string', value: 'PDF' }],
      eventProperties: [
        { name: 'Role', dataType: 'string', value: 'reader, writer' },
        { name: 'Expires', dataType: 'date', value: AT + 1 },
        { name: 'Link access', dataType: 'string', value: 'Anyone with the link' },
      ],
    });
  });

  test.each<[string, ShareInput['grants'], string | undefined]>([
    ['a person', [ADA], undefined],
    ['a person and a link', [ADA, LINK], undefined],
    ['a link', [LINK], 'link-only'],
    ['an external domain', [DOMAIN], 'link-only'],
    ['the account of a program', [ROBOT], 'service-account'],
    ['the account of a program, and a person', [ROBOT, ADA], undefined],
    ['the account of a program, and a link', [ROBOT, LINK], 'link-only'],
    [
      'the account of a program, and a person without an address',
      [ROBOT, HIDDEN],
      'service-account',
    ],
    ['a person without an address', [HIDDEN], 'no-address'],
    ['a person without an address, and a link', [HIDDEN, LINK], 'link-only'],
  ])('with %s says why it names no one', (_who, grants, unnamed) => {
    expect(buildShare(inputOf(grants)).drive?.unnamed).toBe(unnamed);
  });

  test('has a title and a link, even if Google returns neither', () => {
    const empty = { itemId: 'f1', item: 'file', title: ' ' } as const;
    expect(buildShare(inputOf([ADA], { item: empty })).content.title).toBe('Untitled');
    const drive = { itemId: 'd1', item: 'drive', title: 'Deals' } as const;
    expect(buildShare(inputOf([ADA], { item: drive })).content.url).toBe(
      'https://drive.google.com/drive/folders/d1',
    );
  });

  test('has no role that the audit log does not say', () => {
    const roles = (grants: ShareInput['grants']) => buildShare(inputOf(grants)).eventProperties;
    expect(roles([{ ...ADA, role: '' }])).toEqual([]);
    expect(roles([{ ...ADA, role: '' }, LINK])[0]).toMatchObject({ name: 'Role', value: 'reader' });
  });

  test('has an id that depends only on file, grantees, actor and time', () => {
    const id = (grants: ShareInput['grants'], changes: Partial<ShareInput> = {}) =>
      buildShare(inputOf(grants, changes)).shareId;
    const expected = id([ADA, BEN]);
    const renamed = { itemId: 'f1', item: 'file', title: 'Renamed' } as const;
    expect(id([{ ...BEN, role: 'reader' }, ADA], { item: renamed })).toBe(expected);
    const others = [
      id([ADA]),
      id([ADA, BEN], { actor: 'bob@acme.com' }),
      id([ADA, BEN], { at: AT + 1 }),
      id([ADA, BEN], { item: { ...renamed, itemId: 'f2' } }),
    ];
    expect(new Set([expected, ...others]).size).toBe(5);
  });

  test('has no sharer if the actor is not an address', () => {
    expect(buildShare(inputOf([ADA], { actor: '1029384756' })).sharer).toBeUndefined();
    expect(buildShare(inputOf([ADA], { actor: '' })).sharer).toBeUndefined();
  });

  test('without some of its grants equals a share built from the others alone', () => {
    const shareOf = (grants: readonly ExternalGrant[]) =>
      buildShare({
        ...inputOf([], { actorName: 'Ann' }),
        detector: 'changes',
        grants: grants.map((grant) => ({ ...grant, ordinal: 1 })),
      });
    const { name: _name, ...ben } = { ...BEN, ordinal: 1 };
    expect(buildRemainingShare(shareOf([ADA, BEN, LINK]), [ben])).toEqual(shareOf([BEN]));
  });
});
