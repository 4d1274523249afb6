import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/sources/drive/audit-entry.ts';
import {
  type ShareAction,
  ShareActionGrouper,
} from '../../src/sources/drive/group-share-actions.ts';

const AT = Date.UTC(2026, 10, 2);

function entry(number: number, at: number, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    key: `key-${String(number).padStart(4, '0')}`,
    at: AT + at,
    actor: 'ann@acme.example',
    itemId: 'file',
    item: 'file',
    title: 'Deck',
    place: { owner: 'ann@acme.example' },
    change: 'grant',
    grant: { key: `${number}@globex.example`, kind: 'user', role: 'reader' },
    ...changes,
  };
}

const keysOf = (actions: readonly ShareAction[]) =>
  actions.map(({ entries }) => entries.map(({ key }) => key).join(' '));

function actionsOf(entries: readonly AuditEntry[], bound: number): string[] {
  const grouper = new ShareActionGrouper(({ actor }) => actor);
  const actions = entries.flatMap((each) => grouper.add(each));
  return keysOf([...actions, ...grouper.closeBefore(AT + bound)]);
}

describe('a share action', () => {
  test('consists of one person’s grants on one item within a minute of the first', () => {
    const entries = [entry(1, 0), entry(2, 59_000), entry(3, 60_000), entry(4, 60_001)];
    expect(actionsOf(entries, 1_000_000)).toEqual(['key-0001 key-0002 key-0003', 'key-0004']);
  });

  test('has one person and one item', () => {
    const entries = [
      entry(1, 0),
      entry(2, 1, { actor: 'bob@acme.example' }),
      entry(3, 2, { itemId: 'other' }),
      entry(4, 3),
    ];
    expect(actionsOf(entries, 1_000_000)).toEqual(['key-0001 key-0004', 'key-0002', 'key-0003']);
  });

  test('is not complete while later entries can extend it', () => {
    expect(actionsOf([entry(1, 0)], 60_000)).toEqual([]);
    expect(actionsOf([entry(1, 0)], 60_001)).toEqual(['key-0001']);
  });

  test('does not depend on where pages and runs end', () => {
    const gaps = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 40_000 }),
        actor: fc.constantFrom('ann@acme.example', 'bob@acme.example'),
        itemId: fc.constantFrom('file', 'other'),
      }),
      { maxLength: 30 },
    );
    const cuts = fc.array(fc.integer({ min: 0, max: 1_200_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(gaps, cuts, (steps, bounds) => {
        let at = 0;
        const entries = steps.map(({ gap, actor, itemId }, number) => {
          at += gap;
          return entry(number, at, { actor, itemId });
        });
        const expected = actionsOf(entries, 10_000_000);
        // Each run sees the entries that are not part of an action yet, up to its own bound.
        let left = entries;
        const actions: string[] = [];
        for (const bound of [...bounds.sort((one, other) => one - other), 10_000_000]) {
          const seen = left.filter((each) => each.at < AT + bound);
          const complete = actionsOf(seen, bound);
          actions.push(...complete);
          const handled = new Set(complete.flatMap((action) => action.split(' ')));
          left = left.filter(({ key }) => !handled.has(key));
        }
        expect(actions.sort()).toEqual(expected.sort());
      }),
      { numRuns: 500 },
    );
  });
});
