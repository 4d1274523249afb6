import { describe, expect, test } from 'vitest';
import {
  buildRemainingShare,
  buildShare,
  type ShareInput,
} from '../../src/sources/drive/build-share.ts';

const AT = Date.UTC(2026, 10, 2);
const person = (email: string) => ({ key: email, kind: 'user', email, role: 'reader' }) as const;
const ADA = person('ada@globex.com');
const BEN = { ...person('ben@initech.com'), name: 'Ben', role: 'writer', expiresAt: AT + 1 };
const LINK = { key: 'anyone', kind: 'anyone', role: 'reader' } as const;
const DOMAIN = { key: 'domain:globex.com', kind: 'domain', role: 'reader' } as const;
const HIDDEN = { key: 'id:1', kind: 'unaddressed', role: 'reader' } as const;

function giving(grants: ShareInput['grants'], given: Partial<ShareInput> = {}): ShareInput {
  return {
    detector: 'audit-log',
    item: { itemId: 'f1', item: 'file', title: 'Deck', url: 'https://x.example/f1' },
    at: AT,
    actor: 'ann@acme.com',
    grants,
    ...given,
  };
}

describe('a Drive share', () => {
  test('says all that its source knows', () => {
    const item = {
      itemId: 'f1',
      item: 'file',
      title: 'Deck',
      fileType: 'application/pdf',
    } as const;
    expect(buildShare(giving([ADA, BEN, LINK], { item, actorName: 'Ann' }))).toMatchObject({
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
    ['a foreign domain', [DOMAIN], 'link-only'],
    ['somebody without an address', [HIDDEN], 'no-address'],
    ['somebody without an address, and a link', [HIDDEN, LINK], 'link-only'],
  ])('of %s says whom it names', (_who, grants, unnamed) => {
    expect(buildShare(giving(grants)).drive?.unnamed).toBe(unnamed);
  });

  test('has a title and a link, whatever Google gives', () => {
    const empty = { itemId: 'f1', item: 'file', title: ' ' } as const;
    expect(buildShare(giving([ADA], { item: empty })).content.title).toBe('Untitled');
    const drive = { itemId: 'd1', item: 'drive', title: 'Deals' } as const;
    expect(buildShare(giving([ADA], { item: drive })).content.url).toBe(
      'https://drive.google.com/drive/folders/d1',
    );
  });

  test('is the same for the same file, grantees, person and time, whatever else is read', () => {
    const id = (grants: ShareInput['grants'], given: Partial<ShareInput> = {}) =>
      buildShare(giving(grants, given)).shareId;
    const usual = id([ADA, BEN]);
    const renamed = { itemId: 'f1', item: 'file', title: 'Renamed' } as const;
    expect(id([{ ...BEN, role: 'reader' }, ADA], { item: renamed })).toBe(usual);
    const others = [
      id([ADA]),
      id([ADA, BEN], { actor: 'bob@acme.com' }),
      id([ADA, BEN], { at: AT + 1 }),
      id([ADA, BEN], { item: { ...renamed, itemId: 'f2' } }),
    ];
    expect(new Set([usual, ...others]).size).toBe(5);
  });

  test('names no sharer by what is no address', () => {
    expect(buildShare(giving([ADA], { actor: '1029384756' })).sharer).toBeUndefined();
    expect(buildShare(giving([ADA], { actor: '' })).sharer).toBeUndefined();
  });

  test('without some of its grants is the share that the others alone would have been', () => {
    const whole = buildShare(giving([ADA, BEN, LINK], { detector: 'changes', actorName: 'Ann' }));
    const { name: _name, ...left } = BEN;
    expect(buildRemainingShare(whole, [left])).toEqual(
      buildShare(giving([BEN], { detector: 'changes', actorName: 'Ann' })),
    );
  });
});
