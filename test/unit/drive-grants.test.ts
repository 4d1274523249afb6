import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareGrants,
  recordBaseline,
  recordItemGone,
} from '../../src/sources/drive/compare-grants.ts';
import type { ExternalGrant } from '../../src/sources/drive/external-grantees.ts';
import { type Grant, GrantHistory } from '../../src/sources/drive/grant-history.ts';
import { LoadedGrants } from '../../src/sources/drive/loaded-grants.ts';

const HOUR = 3_600_000;
const ADA: ExternalGrant = {
  key: 'ada@globex.example',
  kind: 'user',
  email: 'ada@globex.example',
  role: 'reader',
};
const LINK: ExternalGrant = { key: 'anyone', kind: 'anyone', role: 'reader' };
const OWNER = 'user/ann@acme.example';
const NOW = 1_000 * HOUR;

/** `at` in hours */
const telling = (at: number, grant: ExternalGrant = ADA) => ({
  itemId: 'file',
  owner: OWNER,
  at: at * HOUR,
  grant,
});
const state = (
  at: number,
  own: readonly ExternalGrant[],
  inherited: readonly ExternalGrant[] = [],
) => ({
  itemId: 'file',
  owner: OWNER,
  at: at * HOUR,
  own,
  inherited,
});
const REPORT = { unknown: 'report', now: NOW, sweptAt: undefined } as const;
const BASELINE = { ...REPORT, unknown: 'baseline' } as const;

/** When each time of access began and ended, in hours. */
function timesOf(grants: readonly Grant[]): string[] {
  const hours = (ms: number | undefined) => (ms === undefined ? '' : ms / HOUR);
  return grants.map(({ grantedAt, revokedAt }) => `${hours(grantedAt)}-${hours(revokedAt)}`).sort();
}

describe('what the audit log tells of one grantee', () => {
  test('a grant is told once; a change of its role is none', () => {
    const line = new GrantHistory([]);
    expect(line.applyGrant(telling(1)).kind).toBe('new');
    expect(line.applyGrant(telling(1)).kind).toBe('known');
    line.applyRoleChange(telling(2, { ...ADA, role: 'writer' }));
    expect(line.grants).toHaveLength(1);
    expect(line.latest?.role).toBe('writer');
  });

  test('taken away and given again is a grant of its own', () => {
    const line = new GrantHistory([]);
    line.applyGrant(telling(1));
    line.applyRevoke(telling(2));
    expect(line.applyGrant(telling(3)).kind).toBe('new');
    expect(timesOf(line.grants)).toEqual(['1-2', '3-']);
  });

  test('given again without a word of its end, it had ended all the same', () => {
    const line = new GrantHistory([]);
    line.applyGrant(telling(1));
    expect(line.applyGrant(telling(3)).kind).toBe('new');
    expect(timesOf(line.grants)).toEqual(['1-3', '3-']);
  });

  test('an end whose beginning is told later is its end', () => {
    const line = new GrantHistory([]);
    line.applyRevoke(telling(2));
    expect(line.applyGrant(telling(1)).kind).toBe('new');
    expect(timesOf(line.grants)).toEqual(['1-2']);
  });

  test('the two events of one link are one grant, whichever comes first', () => {
    for (const moments of [
      [1, 1.001],
      [1.001, 1],
    ]) {
      const line = new GrantHistory([]);
      const told = moments.map((at) => line.applyGrant(telling(at, LINK)).kind);
      expect(told).toEqual(['new', 'known']);
    }
  });

  test('a link that was off in between is given twice', () => {
    const line = new GrantHistory([]);
    line.applyGrant(telling(1, LINK));
    line.applyRevoke(telling(1.001, LINK));
    expect(line.applyGrant(telling(1.002, LINK)).kind).toBe('new');
  });

  test('comes to the same times and as many grants in any order', () => {
    // Given and taken away in turns, an hour apart each.
    const turns = fc.integer({ min: 1, max: 7 }).chain((count) => {
      const numbers = Array.from({ length: count }, (_, number) => number);
      return fc.tuple(
        fc.constant(count),
        fc.shuffledSubarray(numbers, { minLength: count, maxLength: count }),
      );
    });
    fc.assert(
      fc.property(turns, ([count, order]) => {
        const line = new GrantHistory([]);
        let fresh = 0;
        for (const number of order) {
          if (number % 2 === 1) line.applyRevoke(telling(number));
          else if (line.applyGrant(telling(number)).kind === 'new') fresh += 1;
        }
        const expected = Array.from({ length: Math.ceil(count / 2) }, (_, number) => {
          const end = 2 * number + 1;
          return `${2 * number}-${end < count ? end : ''}`;
        });
        expect(timesOf(line.grants)).toEqual(expected.sort());
        expect(fresh).toBe(expected.length);
      }),
    );
  });
});

describe('what the audit log tells of what the change log saw', () => {
  function seen(at: number, eventId: string | undefined): GrantHistory {
    const line = new GrantHistory([]);
    const grant = line.add(telling(at), { seenBy: eventId ? 'changes' : 'baseline' });
    grant.eventId = eventId;
    return line;
  }

  test('is the same grant, told with its time', () => {
    expect(seen(5, 'event').applyGrant(telling(4))).toMatchObject({
      kind: 'seen',
      eventId: 'event',
      grant: { grantedAt: 4 * HOUR },
    });
  });

  test('is new where it stood at the first reading: nobody reported it', () => {
    expect(seen(5, undefined).applyGrant(telling(4)).kind).toBe('new');
  });

  test('is the same grant for an invitee who is told of once he has an account', () => {
    expect(seen(5, 'event').applyGrant(telling(50)).kind).toBe('seen');
  });

  test('is the same grant, though a change of its role is told first', () => {
    const line = seen(5, 'event');
    line.applyRoleChange(telling(4, { ...ADA, role: 'writer' }));
    expect(line.applyGrant(telling(3)).kind).toBe('seen');
    expect(line.grants).toHaveLength(1);
  });

  test('is another grant once the first has ended', () => {
    const line = seen(5, 'event');
    line.applyRevoke(telling(6));
    expect(line.applyGrant(telling(7)).kind).toBe('new');
    expect(line.applyGrant(telling(4)).kind).toBe('seen');
  });
});

describe('an item as it is now, compared with the record', () => {
  const fresh = (book: LoadedGrants, ...given: Parameters<typeof state>) =>
    compareGrants(book, state(...given), REPORT).map(({ grant }) => grant.grantee);

  test('what is not on record is new, once', () => {
    const book = new LoadedGrants([]);
    expect(fresh(book, 1, [ADA, LINK])).toEqual([ADA.key, 'anyone']);
    expect(fresh(book, 2, [{ ...ADA, role: 'writer' }, LINK])).toEqual([]);
    expect(book.history('file', ADA.key).latest?.role).toBe('writer');
  });

  test('taken away and given again is new', () => {
    const book = new LoadedGrants([]);
    fresh(book, 1, [ADA]);
    expect(fresh(book, 2, [])).toEqual([]);
    expect(fresh(book, 3, [ADA])).toEqual([ADA.key]);
  });

  test('run out and given again is new; prolonged before it ran out is not', () => {
    const until = (hours: number) => ({ ...ADA, expiresAt: hours * HOUR });
    const again = new LoadedGrants([]);
    fresh(again, 1, [until(900)]);
    expect(fresh(again, 950, [until(2_000)])).toEqual([ADA.key]);
    const prolonged = new LoadedGrants([]);
    fresh(prolonged, 1, [until(900)]);
    expect(fresh(prolonged, 800, [until(2_000)])).toEqual([]);
  });

  test('by inheritance alone is on record, and no share; given on the item itself it is', () => {
    const book = new LoadedGrants([]);
    expect(fresh(book, 1, [], [ADA])).toEqual([]);
    expect(book.changed).toMatchObject([{ inherited: true, revokedAt: undefined }]);
    expect(fresh(book, 2, [ADA])).toEqual([ADA.key]);
    expect(fresh(book, 3, [ADA], [ADA])).toEqual([]);
    expect(fresh(book, 4, [], [ADA])).toEqual([]);
    expect(book.history('file', ADA.key).latest?.revokedAt).toBe(4 * HOUR);
  });

  test('at the first reading is no share, and none afterwards', () => {
    const book = new LoadedGrants([]);
    expect(compareGrants(book, state(1, [ADA]), BASELINE)).toEqual([]);
    expect(fresh(book, 2, [ADA])).toEqual([]);
  });

  test('what the audit log told of, but never whose act it was, is still new', () => {
    const book = new LoadedGrants([]);
    book.history('file', ADA.key).applyRoleChange(telling(1, { ...ADA, role: 'writer' }));
    expect(fresh(book, 2, [ADA])).toEqual([ADA.key]);
    expect(fresh(book, 3, [ADA])).toEqual([]);
    const first = new LoadedGrants([]);
    first.history('file', ADA.key).applyRoleChange(telling(1));
    expect(compareGrants(first, state(2, [ADA]), BASELINE)).toEqual([]);
    expect(fresh(first, 3, [ADA])).toEqual([]);
  });

  test('out of sight its grants end, and back in sight nobody has given them anew', () => {
    const book = new LoadedGrants([]);
    fresh(book, 1, [ADA]);
    recordItemGone(book, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    expect(book.history('file', ADA.key).latest?.revokedAt).toBe(2 * HOUR);
    expect(fresh(book, 3, [ADA])).toEqual([]);
    expect(book.history('file', ADA.key).latest?.revokedAt).toBeUndefined();
  });

  test('back in sight without a grant, that one is given anew the next time', () => {
    const book = new LoadedGrants([]);
    fresh(book, 1, [ADA]);
    recordItemGone(book, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    fresh(book, 3, []);
    expect(fresh(book, 4, [ADA])).toEqual([ADA.key]);
  });

  test('out of sight of one who has it no more, it goes on', () => {
    const book = new LoadedGrants([]);
    compareGrants(book, { ...state(1, [ADA]), owner: 'user/bob@acme.example' }, REPORT);
    recordItemGone(book, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    expect(book.history('file', ADA.key).latest?.revokedAt).toBeUndefined();
  });

  test('notes of a change of domains add and end nothing but what they name', () => {
    const book = new LoadedGrants([]);
    fresh(book, 1, [LINK]);
    recordBaseline(book, state(2, [ADA]), BASELINE);
    expect(fresh(book, 3, [LINK, ADA])).toEqual([]);
  });

  test('an end counts, though our clock is behind Google’s', () => {
    const book = new LoadedGrants([]);
    const behind = { ...REPORT, now: 1 };
    compareGrants(book, state(1, [ADA]), behind);
    compareGrants(book, state(2, []), behind);
    expect(compareGrants(book, state(3, [ADA]), behind)).toHaveLength(1);
  });

  test('finds each giving once, in any history of states', () => {
    const grantees = [ADA, LINK, { ...ADA, key: 'ben@initech.example' }];
    const histories = fc.array(fc.subarray(grantees), { maxLength: 12 });
    fc.assert(
      fc.property(histories, (states) => {
        let book = new LoadedGrants([]);
        const found: string[] = [];
        const expected: string[] = [];
        let before: readonly ExternalGrant[] = [];
        states.forEach((own, number) => {
          const began = own.filter((grant) => !before.includes(grant));
          expected.push(...began.map(({ key }) => `${number} ${key}`));
          found.push(...fresh(book, number, own).map((key) => `${number} ${key}`));
          before = own;
          // What was written is what is read the next time.
          book = new LoadedGrants(
            [...book.histories('file').values()].flatMap((history) =>
              history.grants.map((grant) => ({ ...grant })),
            ),
          );
          expect(book.changed).toEqual([]);
        });
        expect(found.sort()).toEqual(expected.sort());
      }),
    );
  });
});
