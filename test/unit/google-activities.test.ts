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
      actor: { email: 'anna@acme.com', profileId: '42' },
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
    ['change_document_visibility', [doc, { ...role, multiValue: ['private'] }]],
    ['shared_drive_membership_change', [drive, { name: 'added_role', value: 'viewer' }]],
    ['shared_drive_membership_change', [doc, { name: 'removed_role', value: 'viewer' }]],
  ])('that says what changed can be read: %s', (name, parameters) => {
    expect(readEvent(name, parameters)).toMatchObject({ rows: [{ uniqueQualifier: '1' }] });
  });

  it.each([
    ['change_user_access', null, 'doc_id'],
    ['change_user_access', [role], 'doc_id'],
    ['change_user_access', [{ ...doc, value: ' ' }, role], 'doc_id'],
    ['change_user_access', [drive, role], 'doc_id'],
    ['change_user_access', [doc], 'new_value'],
    ['change_document_access_scope', [doc, { ...role, multiValue: [] }], 'new_value'],
    ['change_document_visibility', [doc, { ...role, multiValue: [''] }], 'new_value'],
    ['shared_drive_membership_change', [role], 'shared_drive_id'],
    ['shared_drive_membership_change', [drive], 'added_role'],
  ])('that does not is faulty, and not dropped: %s %j', (name, parameters, missing) => {
    expect(readEvent(name, parameters)).toMatchObject({
      rows: [],
      faulty: [{ id: `${TIME}/1`, problem: `events.0.parameters: have no ${missing}` }],
    });
  });
});
