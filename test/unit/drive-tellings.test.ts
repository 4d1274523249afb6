import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/sources/drive/audit-entry.ts';
import { GrantBook } from '../../src/sources/drive/grant-book.ts';
import { sharesFromAudit } from '../../src/sources/drive/shares-from-audit.ts';

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

function judged(entries: readonly [AuditEntry, ...AuditEntry[]]) {
  return sharesFromAudit(
    { acts: [{ entries }], others: [] },
    {
      book: new GrantBook([]),
      awaiting: new Map(),
      itemOf: () => undefined,
      nameOf: (email) => (email === ANN ? 'Ann Tester' : undefined),
      isOutside: () => true,
      wasInside: () => false,
    },
  ).shares;
}

describe('an act of the audit log', () => {
  test.each([
    ['first', [entry('1', 'reader'), entry('2', 'writer')] as const],
    ['last', [entry('1', 'writer'), entry('2', 'reader')] as const],
  ])('gives a link once, with the role of the entry that knows it: %s', (_place, entries) => {
    const [share, ...others] = judged(entries);
    expect(others).toEqual([]);
    expect(share?.eventProperties).toContainEqual({
      name: 'Role',
      dataType: 'string',
      value: 'writer',
    });
  });

  test('has the name of who did it, and an id that the name has no part in', () => {
    const [share] = judged([entry('1', 'reader')]);
    expect(share?.sharer).toEqual({ email: ANN, name: 'Ann Tester' });
    expect(share?.drive?.identity).not.toContain('Tester');
  });
});
