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
  const readEvent = (name: string, parameters: readonly object[] | null) => {
    const events = [{ name, type: 'acl_change', parameters }];
    return readActivities({ items: [{ id: { time: TIME, uniqueQualifier: '1' }, events }] }, AT);
  };

  it.each([
    ['change_user_access', [doc, role]],
    ['change_document_access_scope', [doc, role]],
    ['change_document_visibility', [doc]],
    ['shared_drive_membership_change', [drive, { name: 'added_role', value: 'viewer' }]],
    ['shared_drive_membership_change', [doc]],
  ])('that names its item can be read: %s', (name, parameters) => {
    expect(readEvent(name, parameters)).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });

  it.each([
    ['change_user_access', null],
    ['change_user_access', [role]],
    ['change_user_access', [{ ...doc, value: ' ' }, role]],
    ['change_document_access_scope', [drive, role]],
    ['change_document_visibility', [{ name: 'doc_id' }]],
    ['shared_drive_membership_change', [role]],
  ])('that does not is faulty, and not dropped: %s %j', (name, parameters) => {
    expect(readEvent(name, parameters)).toMatchObject({
      rows: [],
      faulty: [{ id: `${TIME}/1`, problem: 'events: have no doc_id' }],
    });
  });

  it('that does not is left out of an activity with one that does', () => {
    const events = [
      { name: 'change_user_access', parameters: [doc, role] },
      { name: 'change_document_visibility', parameters: [] },
    ];
    const items = [{ id: { time: TIME, uniqueQualifier: '1' }, events }];
    expect(readActivities({ items }, AT)).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });
});
