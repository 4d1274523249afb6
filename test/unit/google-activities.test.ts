import { describe, expect, it } from 'vitest';
import { readActivities } from '../../src/vendors/google/admin-responses.ts';

const TIME = '2026-11-01T09:30:00.123Z';
const AT = Date.UTC(2026, 10, 1, 9, 30, 0, 123);

describe('an activity', () => {
  function eventWith(...parameters: readonly object[]) {
    const items = [
      {
        id: { time: TIME, uniqueQualifier: '-9007199254740993123' },
        actor: { email: 'Anna@Acme.com', profileId: '42' },
        events: [{ name: 'view', type: 'access', parameters }],
      },
    ];
    return readActivities({ items }, AT).rows[0];
  }

  it('keeps its qualifier digit for digit', () => {
    expect(eventWith()).toEqual({
      time: AT,
      uniqueQualifier: '-9007199254740993123',
      actor: { email: 'Anna@Acme.com', profileId: '42' },
      events: [{ name: 'view', type: 'access', parameters: {} }],
    });
  });

  it.each([
    ['a value', { value: 'can_view' }, ['can_view']],
    ['several values', { multiValue: ['none', 'can_edit'] }, ['none', 'can_edit']],
    ['a boolean', { boolValue: false }, ['false']],
    ['a number', { intValue: '12' }, ['12']],
    ['several numbers', { multiIntValue: ['1', '2'] }, ['1', '2']],
    ['nothing', {}, []],
  ])('has each parameter as a list: %s', (_what, value, expected) => {
    const [event] = eventWith({ name: 'p', ...value })?.events ?? [];
    expect(event?.parameters).toEqual({ p: expected });
  });

  it('can have no actor and no events', () => {
    const items = [{ id: { time: TIME, uniqueQualifier: '1' } }];
    expect(readActivities({ items }, AT).rows).toEqual([
      { time: AT, uniqueQualifier: '1', actor: {}, events: [] },
    ]);
  });
});

describe('an event about access', () => {
  const doc = { name: 'doc_id', value: 'f1' };
  const role = { name: 'new_value', multiValue: ['can_view'] };
  const drive = { name: 'shared_drive_id', value: 'd1' };
  const id = { time: TIME, uniqueQualifier: '1' };
  const is = (parameter: string, value: string) => ({ name: parameter, value });
  const opened = { name: 'new_value', multiValue: ['people_with_link'] };
  const actor = { email: 'ann@acme.com' };
  const readEvent = (name: string, parameters: readonly object[] | null, by: object = actor) => {
    const events = [{ name, type: 'acl_change', parameters }];
    return readActivities({ items: [{ id, actor: by, events }] }, AT);
  };

  it.each([
    ['change_user_access', [doc, role]],
    ['change_user_access', [doc, is('new_value', 'none')]],
    ['change_document_access_scope', [doc, role]],
    ['change_document_visibility', [doc, opened]],
    ['change_document_visibility', [doc, is('new_value', 'private')]],
    ['change_document_visibility', [doc, is('new_value', 'unknown')]],
    ['change_document_visibility', [doc, is('old_value', 'private')]],
    ['shared_drive_membership_change', [drive, is('added_role', 'viewer')]],
    ['shared_drive_membership_change', [doc, is('added_role', 'none')]],
    ['shared_drive_membership_change', [doc, is('removed_role', 'viewer')]],
    ['shared_drive_membership_change', [doc, is('membership_change_type', 'add_to_shared_drive')]],
    [
      'shared_drive_membership_change',
      [doc, is('membership_change_type', 'remove_from_shared_drive')],
    ],
    [
      'shared_drive_membership_change',
      [doc, is('membership_change_type', 'a new type'), is('removed_role', 'viewer')],
    ],
  ])('that says what changed can be read: %s %j', (name, parameters) => {
    expect(readEvent(name, parameters)).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });

  it.each([
    ['change_user_access', null, 'doc_id'],
    ['change_user_access', [role], 'doc_id'],
    ['change_user_access', [is('doc_id', ' '), role], 'doc_id'],
    ['change_document_access_scope', [drive, role], 'doc_id'],
    ['change_document_visibility', [{ name: 'doc_id' }, opened], 'doc_id'],
    ['shared_drive_membership_change', [is('added_role', 'viewer')], 'doc_id'],
    ['change_user_access', [doc], 'new_value'],
    ['change_user_access', [doc, is('new_value', ' ')], 'new_value'],
    ['change_user_access', [doc, is('old_value', 'can_view')], 'new_value'],
    ['change_document_access_scope', [doc, { name: 'new_value', multiValue: [''] }], 'new_value'],
    ['shared_drive_membership_change', [drive], 'added_role'],
    ['shared_drive_membership_change', [drive, is('removed_role', 'none')], 'added_role'],
    [
      'shared_drive_membership_change',
      [drive, is('membership_change_type', 'change_roles'), is('removed_role', 'viewer')],
      'added_role',
    ],
  ])('that does not is faulty, and not dropped: %s %j', (name, parameters, missing) => {
    expect(readEvent(name, parameters)).toMatchObject({
      rows: [],
      faulty: [{ id: `${TIME}/1`, problem: `events: have no ${missing}` }],
    });
  });

  it('that names neither an owner nor a drive is faulty if its actor has no address either', () => {
    const name = 'change_user_access';
    const faulty = { rows: [], faulty: [{ problem: 'events: have no owner' }] };
    expect(readEvent(name, [doc, role], { key: 'a program' })).toMatchObject(faulty);
    const owned = readEvent(name, [doc, role, is('owner', 'bea@acme.com')], {});
    expect(owned).toMatchObject({ rows: [{ actor: {} }] });
    expect(readEvent(name, [doc, role, drive], {}).rows).toHaveLength(1);
  });

  it.each([
    ['the item', []],
    ['what changed', [doc]],
  ])('that does not say %s is left out of an activity with a complete one', (_, parameters) => {
    const events = [
      { name: 'change_user_access', parameters: [doc, role] },
      { name: 'change_document_access_scope', parameters },
    ];
    const items = [{ id, actor, events }];
    expect(readActivities({ items }, AT)).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });

  it('that does not say what changed is faulty next to a complete change of visibility', () => {
    const events = [
      { name: 'change_document_visibility', parameters: [doc, opened] },
      { name: 'change_user_access', parameters: [doc] },
    ];
    const items = [{ id, actor, events }];
    const faulty = [{ problem: 'events: have no new_value' }];
    expect(readActivities({ items }, AT)).toMatchObject({ rows: [], faulty });
  });

  it('is not needed: an activity can be about something else', () => {
    expect(readEvent('view', [doc])).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });
});
