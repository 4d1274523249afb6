import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/sources/drive/audit-entry.ts';
import {
  type GranteeFacts,
  isInside,
  outsideGrantOf,
  outsiderOf,
} from '../../src/sources/drive/outsiders.ts';
import type { Activity, Permission } from '../../src/vendors/google/rows.ts';

const DOMAINS = ['acme.com', 'acme.de'];
const AT = Date.UTC(2026, 10, 2, 9, 30, 0, 5);
const ADA = 'ada@globex.com';
type Event = Activity['events'][number];
type Parameters = Readonly<Record<string, readonly string[]>>;

const ABOUT = {
  doc_id: ['file'],
  doc_title: ['Deck'],
  doc_type: ['presentation'],
  owner: ['Ann@acme.com'],
};

function event(name: string, parameters: Parameters): Event {
  return { name, type: 'acl_change', parameters: { ...ABOUT, ...parameters } };
}
function activity(...events: Event[]): Activity {
  return { time: AT, uniqueQualifier: '-42', actor: { email: 'Ann@acme.com' }, events };
}
const access = (target: string, before = 'none', after = 'can_view') =>
  event('change_user_access', { target_user: [target], old_value: [before], new_value: [after] });
const told = (...events: Event[]) =>
  entriesOf(activity(...events), DOMAINS).map(({ change, grant }) => [
    change,
    grant.key,
    grant.role,
  ]);

describe('an entry of the audit log', () => {
  test('tells who gave what to whom, and when, under a key of its own', () => {
    expect(entriesOf(activity(access('Ada@Globex.com')), DOMAINS)).toEqual([
      {
        key: '2026-11-02T09:30:00.005Z/-42/0',
        at: AT,
        actor: 'ann@acme.com',
        itemId: 'file',
        item: 'file',
        title: 'Deck',
        documentType: 'presentation',
        place: { owner: 'ann@acme.com' },
        change: 'grant',
        grant: { key: ADA, kind: 'user', email: ADA, role: 'reader' },
      },
    ]);
  });

  test('is a grant, a change of role or a revocation by its old and new value', () => {
    expect(told(access(ADA, 'none', 'can_edit'))).toEqual([['grant', ADA, 'writer']]);
    expect(told(access(ADA, 'can_view', 'can_edit'))).toEqual([['role', ADA, 'writer']]);
    expect(told(access(ADA, 'can_view', 'none'))).toEqual([['revoke', ADA, 'reader']]);
    expect(told(access(ADA, 'none', 'none'))).toEqual([['revoke', ADA, 'none']]);
  });

  test('about insiders is none', () => {
    expect(told(access('bob@acme.com'), access('bob@eu.acme.de'))).toEqual([]);
  });

  test('counts each grantee of a parameter with several values', () => {
    const both = event('change_user_access', {
      target_user: [ADA, 'bob@acme.com', 'ben@initech.com', 'ADA@globex.com'],
      old_value: ['none'],
      new_value: ['can_view'],
    });
    const keys = entriesOf(activity(both), DOMAINS).map(({ key }) => key.split('/-42/')[1]);
    expect(keys).toEqual(['0', '0/2']);
  });

  test('without an address of the grantee names nobody, and is there', () => {
    expect(told(access(''))).toEqual([['grant', 'id:unknown', 'reader']]);
  });

  test('of a creation is noise, its siblings of other names too', () => {
    const creation = event('create', {});
    expect(told(creation, access(ADA))).toEqual([]);
    expect(told(event('edit', {}), access(ADA))).toHaveLength(1);
    expect(told(creation, access(ADA, 'can_view', 'none'))).toHaveLength(1);
  });

  test('of what follows from a folder is noise', () => {
    const { parameters } = access(ADA);
    expect(told(event('change_user_access_hierarchy_reconciled', parameters))).toEqual([]);
  });

  test('of a link is told under two names, as the same grantee', () => {
    const link = (name: string, before: string, after: string, target = 'all') =>
      event(name, { target_domain: [target], old_value: [before], new_value: [after] });
    const scope = 'change_document_access_scope';
    const visibility = 'change_document_visibility';
    expect(
      told(link(visibility, 'private', 'people_with_link'), link(scope, 'none', 'can_edit')),
    ).toEqual([
      ['grant', 'anyone', 'reader'],
      ['grant', 'anyone', 'writer'],
    ]);
    expect(told(link(visibility, 'people_with_link', 'private'))).toEqual([
      ['revoke', 'anyone', 'reader'],
    ]);
    expect(told(link(scope, 'none', 'can_view', 'Globex.com'))).toEqual([
      ['grant', 'domain:globex.com', 'reader'],
    ]);
    expect(told(link(scope, 'none', 'can_view', 'acme.com'))).toEqual([]);
    expect(told(link(scope, 'none', 'can_view', 'x1.audience.googledomains.com'))).toEqual([]);
  });

  test('of a shared drive’s membership is about the drive', () => {
    const member = event('shared_drive_membership_change', {
      target: [ADA],
      added_role: ['content_manager'],
      removed_role: ['none'],
      shared_drive_id: ['drive'],
    });
    expect(entriesOf(activity(member), DOMAINS)).toMatchObject([
      { itemId: 'drive', item: 'drive', place: { driveId: 'drive' }, change: 'grant' },
    ]);
  });

  test('of an item on a shared drive says where it is; of one that is nowhere is none', () => {
    const { parameters } = access(ADA);
    const onDrive = event('change_user_access', { ...parameters, shared_drive_id: ['drive'] });
    expect(entriesOf(activity(onDrive), DOMAINS)).toMatchObject([
      { itemId: 'file', place: { driveId: 'drive' } },
    ]);
    // `owner` holds the drive's name then.
    for (const name of ['owner_shared_drive_id', 'team_drive_id', 'owner_team_drive_id']) {
      const older = event('change_user_access', { ...parameters, [name]: ['drive'] });
      expect(entriesOf(activity(older), DOMAINS)).toMatchObject([{ place: { driveId: 'drive' } }]);
    }
    expect(told(event('change_user_access', { ...parameters, doc_id: [] }))).toEqual([]);
  });
});

describe('who is outside', () => {
  test.each<[GranteeFacts, string | undefined]>([
    [{ kind: 'user', email: 'Bob@ACME.com' }, undefined],
    [{ kind: 'user', email: 'bob@eu.acme.com' }, undefined],
    [{ kind: 'user', email: 'bob@notacme.com' }, 'bob@notacme.com'],
    [{ kind: 'group', email: 'team@globex.com' }, 'team@globex.com'],
    [{ kind: 'group', email: 'team@acme.de' }, undefined],
    [{ kind: 'domain', domain: 'globex.com' }, 'domain:globex.com'],
    [{ kind: 'domain', domain: 'eu.acme.com' }, undefined],
    [{ kind: 'domain', domain: 'a1b.audience.googledomains.com' }, undefined],
    [{ kind: 'domain', domain: 'audience.googledomains.com.evil.com' }, expect.any(String)],
    [{ kind: 'anyone' }, 'anyone'],
    [{ kind: 'unaddressed', id: '123' }, 'id:123'],
  ])('%j is %j', (facts, key) => {
    expect(outsiderOf(facts, DOMAINS)?.key).toEqual(key);
  });

  const PERMISSION: Permission = {
    id: 'p1',
    type: 'user',
    role: 'writer',
    email: ADA,
    name: 'Ada',
    deleted: false,
    pendingOwner: false,
    inherited: false,
    isOriginKnown: true,
  };
  const seen = (given: Partial<Permission>) =>
    outsideGrantOf({ ...PERMISSION, ...given }, { domains: DOMAINS, now: AT });

  test('a permission of somebody outside has a name, a role and an end', () => {
    expect(seen({ expirationTime: AT + 1 })).toEqual({
      key: ADA,
      kind: 'user',
      email: ADA,
      name: 'Ada',
      role: 'writer',
      expiresAt: AT + 1,
    });
  });

  test('one that has run out, of a deleted account, or that shows nothing is none', () => {
    expect(seen({ expirationTime: AT })).toBeUndefined();
    expect(seen({ deleted: true })).toBeUndefined();
    expect(seen({ view: 'metadata' })).toBeUndefined();
    expect(seen({ view: 'published' })).toBeDefined();
  });

  test('a pending owner has what the role says, a user without an address is known by id', () => {
    expect(seen({ pendingOwner: true })?.role).toBe('writer');
    const { email: _email, ...withoutAddress } = PERMISSION;
    const context = { domains: DOMAINS, now: AT };
    expect(outsideGrantOf(withoutAddress, context)).toMatchObject({ key: 'id:p1' });
  });

  test('who was inside under other domains is told apart', () => {
    const grant = seen({});
    if (grant === undefined) throw new Error('no grant');
    expect(isInside(grant, ['globex.com'])).toBe(true);
    expect(isInside(grant, DOMAINS)).toBe(false);
    const domain = { key: 'domain:globex.com', kind: 'domain', role: 'reader' } as const;
    expect(isInside(domain, ['globex.com'])).toBe(true);
    expect(isInside({ key: 'anyone', kind: 'anyone', role: 'reader' }, ['globex.com'])).toBe(false);
  });
});
