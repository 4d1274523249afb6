import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/sources/drive/audit-entry.ts';
import { loggedShares } from '../support/logged-shares.ts';

const ANN = 'ann@acme.example';

function entry(key: string, role: string): AuditEntry {
  return {
    key,
    at: Date.UTC(2026, 10, 2),
    actor: ANN,
    itemId: 'file',
    item: 'file',
    title: 'Deck',
    place: { owner: ANN },
    change: 'grant',
    grant: { key: 'anyone', kind: 'anyone', role },
  };
}

describe('the share of an action in the audit log', () => {
  test.each([
    ['first', [entry('1', 'reader'), entry('2', 'writer')] as const],
    ['last', [entry('1', 'writer'), entry('2', 'reader')] as const],
  ])('contains a link once, with the role of the entry that has it: %s', (_place, entries) => {
    const [share, ...others] = loggedShares(entries);
    expect(others).toEqual([]);
    expect(share?.eventProperties).toContainEqual({
      name: 'Role',
      dataType: 'string',
      value: 'writer',
    });
  });

  test('has the name of the actor, and an id that does not depend on the name', () => {
    const [share] = loggedShares([entry('1', 'reader')], { [ANN]: 'Ann Tester' });
    const [unnamed] = loggedShares([entry('1', 'reader')]);
    expect(share?.sharer).toEqual({ email: ANN, name: 'Ann Tester' });
    expect(unnamed?.sharer).toEqual({ email: ANN });
    expect(share?.eventId).toBe(unnamed?.eventId);
  });
});
