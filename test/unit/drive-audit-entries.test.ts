import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/sources/drive/audit-entry.ts';
import {
  externalGranteeOf,
  externalGrantOf,
  type GranteeFacts,
  isInternalGrant,
} from '../../src/sources/drive/external-grantees.ts';
import type { Activity, Permission } from '../../src/vendors/google/rows.ts';

const DOMAINS = ['acme.com', 'acme.de'];
const INSIDERS = { domains: DOMAINS, addresses: new Set(['ann@sold.example']) };
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
const changesIn = (...events: Event[]) =>
  entriesOf(activity(...events), INSIDERS).map(({ change, grant }) => [
    change,
    grant.key,
    grant.role,
  ]);

describe('an entry of the audit log', () => {
  test('has actor, item, grantee, time and a key of its own', () => {
    expect(entriesOf(activity(access('Ada@Globex.com')), INSIDERS)).toEqual([
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

  test('is a grant, a change of role or a revocation, depending on its old and new value', () => {
    expect(changesIn(access(ADA, 'none', 'can_edit'))).toEqual([['grant', ADA, 'writer']]);
    expect(changesIn(access(ADA, 'can_view', 'can_edit'))).toEqual([['role', ADA, 'writer']]);
    expect(changesIn(access(ADA, 'can_view', 'none'))).toEqual([['revoke', ADA, 'reader']]);
    const inherited = 'constructor';
    expect(changesIn(access(ADA, 'none', inherited))).toEqual([['grant', ADA, inherited]]);
    expect(changesIn(access(ADA, 'none', 'none'))).toEqual([['revoke', ADA, '']]);
  });

  test('is omitted if it does not say whether the grantee has access, and is no revocation', () => {
    const { new_value: _after, ...unknown } = access(ADA, 'can_view').parameters;
    expect(changesIn(event('change_user_access', unknown), access('ben@initech.com'))).toEqual([
      ['grant', 'ben@initech.com', 'reader'],
    ]);
    expect(changesIn(access(ADA, 'can_view', ' '))).toEqual([]);
    expect(changesIn(access(ADA, '', ' can_view '))).toEqual([['grant', ADA, 'reader']]);
  });

  test('is omitted if it is about internal grantees', () => {
    expect(changesIn(access('bob@acme.com'), access('bob@eu.acme.de'))).toEqual([]);
  });

  test('exists for each external grantee of a parameter with several values', () => {
    const both = event('change_user_access', {
      target_user: [ADA, 'bob@acme.com', 'ben@initech.com', 'ADA@globex.com'],
      old_value: ['none'],
      new_value: ['can_view'],
    });
    const keys = entriesOf(activity(both), INSIDERS).map(({ key }) => key.split('/-42/')[1]);
    expect(keys).toEqual(['0', '0/2']);
  });

  test('exists for a grantee without an address', () => {
    expect(changesIn(access(''))).toEqual([['grant', 'id:unknown', 'reader']]);
  });

  test('is omitted if the same activity creates the item', () => {
    const creation = event('create', {});
    expect(changesIn(creation, access(ADA))).toEqual([]);
    expect(changesIn(event('edit', {}), access(ADA))).toHaveLength(1);
    expect(changesIn(creation, access(ADA, 'can_view', 'none'))).toHaveLength(1);
  });

  test('is omitted if a folder passes on the grant', () => {
    const { parameters } = access(ADA);
    expect(changesIn(event('change_user_access_hierarchy_reconciled', parameters))).toEqual([]);
  });

  test('of a link appears under two names, with the same grantee', () => {
    const link = (name: string, before: string, after: string, target = 'all') =>
      event(name, { target_domain: [target], old_value: [before], new_value: [after] });
    const scope = 'change_document_access_scope';
    const visibility = 'change_document_visibility';
    expect(
      changesIn(link(visibility, 'private', 'people_with_link'), link(scope, 'none', 'can_edit')),
    ).toEqual([
      ['grant', 'anyone', 'reader'],
      ['grant', 'anyone', 'writer'],
    ]);
    expect(changesIn(link(visibility, 'people_with_link', 'private'))).toEqual([
      ['revoke', 'anyone', 'reader'],
    ]);
    expect(changesIn(link(visibility, 'people_with_link', 'unknown'))).toEqual([]);
    expect(changesIn(link(scope, 'none', 'can_view', 'Globex.com'))).toEqual([
      ['grant', 'domain:globex.com', 'reader'],
    ]);
    expect(changesIn(link(scope, 'none', 'can_view', 'acme.com'))).toEqual([]);
    expect(changesIn(link(scope, 'none', 'can_view', 'x1.audience.googledomains.com'))).toEqual([]);
  });

  test('of a link without a domain is about anyone if the visibility says so', () => {
    const link = (name: string, before: string, after: string, shown: Parameters = {}) =>
      event(name, { old_value: [before], new_value: [after], ...shown });
    const scope = 'change_document_access_scope';
    const visibility = 'change_document_visibility';
    const linked = 'people_with_link';
    expect(changesIn(link(visibility, 'private', linked))).toEqual([['grant', 'anyone', 'reader']]);
    expect(changesIn(link(visibility, linked, 'private'))).toEqual([
      ['revoke', 'anyone', 'reader'],
    ]);
    const opened = { old_visibility: ['private'], visibility: [linked] };
    expect(changesIn(link(scope, 'none', 'can_edit', opened))).toEqual([
      ['grant', 'anyone', 'writer'],
    ]);
    const closed = { old_visibility: [linked], visibility: ['private'] };
    expect(changesIn(link(scope, 'can_edit', 'none', closed))).toEqual([
      ['revoke', 'anyone', 'writer'],
    ]);
    // The owner's own domain gets access, and anyone loses it.
    const narrowed = { old_visibility: [linked], visibility: ['people_within_domain_with_link'] };
    expect(changesIn(link(scope, 'none', 'can_view', narrowed))).toEqual([]);
    expect(changesIn(link(visibility, linked, 'people_within_domain_with_link'))).toEqual([]);
  });

  test.each<[Parameters, readonly (readonly string[])[]]>([
    [{ added_role: ['viewer'] }, [['grant', ADA, 'reader']]],
    [{ added_role: ['viewer'], removed_role: ['none'] }, [['grant', ADA, 'reader']]],
    [{ added_role: ['viewer'], removed_role: ['organizer'] }, [['role', ADA, 'reader']]],
    [
      { added_role: ['viewer'], membership_change_type: ['change_roles'] },
      [['role', ADA, 'reader']],
    ],
    [{ added_role: ['none'], removed_role: ['viewer'] }, [['revoke', ADA, 'reader']]],
    [{ removed_role: ['viewer'] }, [['revoke', ADA, 'reader']]],
    [{ membership_change_type: ['remove_from_shared_drive'] }, [['revoke', ADA, '']]],
    [{ membership_change_type: ['add_to_shared_drive'] }, [['grant', ADA, '']]],
    [{ added_role: [''], membership_change_type: ['add_to_shared_drive'] }, [['grant', ADA, '']]],
    [{ membership_change_type: ['change_roles'], removed_role: ['viewer'] }, []],
    [{ removed_role: ['none'] }, []],
    [{}, []],
  ])('of a membership is what its roles say, otherwise its type: %j', (parameters, changes) => {
    const on = { target: [ADA], shared_drive_id: ['drive'] };
    expect(changesIn(event('shared_drive_membership_change', { ...on, ...parameters }))).toEqual(
      changes,
    );
  });

  test('of a membership has the shared drive as its item', () => {
    const member = event('shared_drive_membership_change', {
      target: [ADA],
      added_role: ['content_manager'],
      removed_role: ['none'],
      shared_drive_id: ['drive'],
    });
    expect(entriesOf(activity(member), INSIDERS)).toMatchObject([
      { itemId: 'drive', item: 'drive', place: { driveId: 'drive' }, change: 'grant' },
    ]);
  });

  test('has the shared drive of its item, and is omitted without an item', () => {
    const { parameters } = access(ADA);
    const onDrive = event('change_user_access', { ...parameters, shared_drive_id: ['drive'] });
    expect(entriesOf(activity(onDrive), INSIDERS)).toMatchObject([
      { itemId: 'file', place: { driveId: 'drive' } },
    ]);
    // `owner` then contains the drive's name.
    for (const name of ['owner_shared_drive_id', 'team_drive_id', 'owner_team_drive_id']) {
      const older = event('change_user_access', { ...parameters, [name]: ['drive'] });
      expect(entriesOf(activity(older), INSIDERS)).toMatchObject([{ place: { driveId: 'drive' } }]);
    }
    expect(changesIn(event('change_user_access', { ...parameters, doc_id: [] }))).toEqual([]);
  });

  test('belongs to the actor if it names neither an owner nor a drive', () => {
    const { parameters } = access(ADA);
    const ownerless = event('change_user_access', { ...parameters, owner: [] });
    const by = { ...activity(ownerless), actor: { email: 'Bea@acme.com' } };
    expect(entriesOf(by, INSIDERS)).toMatchObject([{ place: { owner: 'bea@acme.com' } }]);
    expect(entriesOf({ ...by, actor: {} }, INSIDERS)).toEqual([]);
  });
});

describe('an external grantee', () => {
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
  ])('%j has the key %j', (facts, key) => {
    expect(externalGranteeOf(facts, INSIDERS)?.key).toEqual(key);
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
  const seen = (changes: Partial<Permission>) =>
    externalGrantOf({ ...PERMISSION, ...changes }, { insiders: INSIDERS, now: AT });

  test('has name, role and expiry from the permission', () => {
    expect(seen({ expirationTime: AT + 1 })).toEqual({
      key: ADA,
      kind: 'user',
      email: ADA,
      name: 'Ada',
      role: 'writer',
      expiresAt: AT + 1,
    });
  });

  test('has no access by a permission that expired, shows no content, or is of a deleted account', () => {
    expect(seen({ expirationTime: AT })).toBeUndefined();
    expect(seen({ deleted: true })).toBeUndefined();
    expect(seen({ view: 'metadata' })).toBeUndefined();
    expect(seen({ view: 'published' })).toBeDefined();
  });

  test('has the role’s access as a pending owner, and an id as key without an address', () => {
    expect(seen({ pendingOwner: true })?.role).toBe('writer');
    const { email: _email, ...withoutAddress } = PERMISSION;
    const context = { insiders: INSIDERS, now: AT };
    expect(externalGrantOf(withoutAddress, context)).toMatchObject({ key: 'id:p1' });
  });

  test('is recognized as internal under other domains', () => {
    const grant = seen({});
    if (grant === undefined) throw new Error('no grant');
    expect(isInternalGrant(grant, ['globex.com'])).toBe(true);
    expect(isInternalGrant(grant, DOMAINS)).toBe(false);
    const domain = { key: 'domain:globex.com', kind: 'domain', role: 'reader' } as const;
    expect(isInternalGrant(domain, ['globex.com'])).toBe(true);
    expect(isInternalGrant({ key: 'anyone', kind: 'anyone', role: 'reader' }, ['globex.com'])).toBe(
      false,
    );
  });
});
