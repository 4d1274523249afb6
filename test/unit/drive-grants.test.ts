import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareGrants,
  recordBaseline,
  recordItemGone,
} from '../../src/sources/drive/compare-grants.ts';
import type { ExternalGrant } from '../../src/sources/drive/external-grantees.ts';
import type { Grant } from '../../src/sources/drive/grant.ts';
import { GrantHistory } from '../../src/sources/drive/grant-history.ts';
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
const logged = (at: number, grant: ExternalGrant = ADA) => ({
  itemId: 'file',
  owner: OWNER,
  at: at * HOUR,
  grant,
});
const accessAt = (
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

describe('the audit log entries of one grantee', () => {
  test('a grant is new once; a change of its role is not a grant', () => {
    const history = new GrantHistory([]);
    expect(history.applyGrant(logged(1)).kind).toBe('new');
    expect(history.applyGrant(logged(1)).kind).toBe('known');
    history.applyRoleChange(logged(2, { ...ADA, role: 'writer' }));
    expect(history.grants).toHaveLength(1);
    expect(history.latest?.role).toBe('writer');
  });

  test('a grant after a revocation is a separate grant', () => {
    const history = new GrantHistory([]);
    history.applyGrant(logged(1));
    history.applyRevoke(logged(2));
    expect(history.applyGrant(logged(3)).kind).toBe('new');
    expect(timesOf(history.grants)).toEqual(['1-2', '3-']);
  });

  test('a second grant without a revocation implies that the first one had ended', () => {
    const history = new GrantHistory([]);
    history.applyGrant(logged(1));
    expect(history.applyGrant(logged(3)).kind).toBe('new');
    expect(timesOf(history.grants)).toEqual(['1-3', '3-']);
  });

  test('a revocation that arrives before its grant still ends it', () => {
    const history = new GrantHistory([]);
    history.applyRevoke(logged(2));
    expect(history.applyGrant(logged(1)).kind).toBe('new');
    expect(timesOf(history.grants)).toEqual(['1-2']);
  });

  test('the two events of one link are one grant, whichever arrives first', () => {
    for (const moments of [
      [1, 1.001],
      [1.001, 1],
    ]) {
      const history = new GrantHistory([]);
      const kinds = moments.map((at) => history.applyGrant(logged(at, LINK)).kind);
      expect(kinds).toEqual(['new', 'known']);
    }
  });

  test('a link that was switched off in between is granted twice', () => {
    const history = new GrantHistory([]);
    history.applyGrant(logged(1, LINK));
    history.applyRevoke(logged(1.001, LINK));
    expect(history.applyGrant(logged(1.002, LINK)).kind).toBe('new');
  });

  test('entries in any order result in the same grants and times', () => {
    // Granted and revoked alternately, an hour apart.
    const shuffledHours = fc.integer({ min: 1, max: 7 }).chain((count) => {
      const numbers = Array.from({ length: count }, (_, number) => number);
      return fc.tuple(
        fc.constant(count),
        fc.shuffledSubarray(numbers, { minLength: count, maxLength: count }),
      );
    });
    fc.assert(
      fc.property(shuffledHours, ([count, order]) => {
        const history = new GrantHistory([]);
        let fresh = 0;
        for (const number of order) {
          if (number % 2 === 1) history.applyRevoke(logged(number));
          else if (history.applyGrant(logged(number)).kind === 'new') fresh += 1;
        }
        const expected = Array.from({ length: Math.ceil(count / 2) }, (_, number) => {
          const end = 2 * number + 1;
          return `${2 * number}-${end < count ? end : ''}`;
        });
        expect(timesOf(history.grants)).toEqual(expected.sort());
        expect(fresh).toBe(expected.length);
      }),
    );
  });
});

describe('a logged grant that the change log saw before', () => {
  function seen(at: number, eventId: string | undefined): GrantHistory {
    const history = new GrantHistory([]);
    const grant = history.add(logged(at), { seenBy: eventId ? 'changes' : 'baseline' });
    grant.eventId = eventId;
    return history;
  }

  test('is the same grant, with its time', () => {
    expect(seen(5, 'event').applyGrant(logged(4))).toMatchObject({
      kind: 'seen',
      eventId: 'event',
      grant: { grantedAt: 4 * HOUR },
    });
  });

  test('is new if the grant is part of the baseline, which no event reports', () => {
    expect(seen(5, undefined).applyGrant(logged(4)).kind).toBe('new');
  });

  test('is the same grant for a person who is logged only once they have an account', () => {
    expect(seen(5, 'event').applyGrant(logged(50)).kind).toBe('seen');
  });

  test('is the same grant, even if a change of its role arrives first', () => {
    const history = seen(5, 'event');
    history.applyRoleChange(logged(4, { ...ADA, role: 'writer' }));
    expect(history.applyGrant(logged(3)).kind).toBe('seen');
    expect(history.grants).toHaveLength(1);
  });

  test('is another grant after the first has ended', () => {
    const history = seen(5, 'event');
    history.applyRevoke(logged(6));
    expect(history.applyGrant(logged(7)).kind).toBe('new');
    expect(history.applyGrant(logged(4)).kind).toBe('seen');
  });
});

describe('an item’s access compared with the grants on record', () => {
  const fresh = (grants: LoadedGrants, ...args: Parameters<typeof accessAt>) =>
    compareGrants(grants, accessAt(...args), REPORT).map(({ grant }) => grant.grantee);

  test('a grant that is not on record is new once', () => {
    const grants = new LoadedGrants([]);
    expect(fresh(grants, 1, [ADA, LINK])).toEqual([ADA.key, 'anyone']);
    expect(fresh(grants, 2, [{ ...ADA, role: 'writer' }, LINK])).toEqual([]);
    expect(grants.history('file', ADA.key).latest?.role).toBe('writer');
  });

  test('a grant that was revoked and made again is new', () => {
    const grants = new LoadedGrants([]);
    fresh(grants, 1, [ADA]);
    expect(fresh(grants, 2, [])).toEqual([]);
    expect(fresh(grants, 3, [ADA])).toEqual([ADA.key]);
  });

  test('a grant made again after it expired is new; one prolonged before is not', () => {
    const until = (hours: number) => ({ ...ADA, expiresAt: hours * HOUR });
    const again = new LoadedGrants([]);
    fresh(again, 1, [until(900)]);
    expect(fresh(again, 950, [until(2_000)])).toEqual([ADA.key]);
    const prolonged = new LoadedGrants([]);
    fresh(prolonged, 1, [until(900)]);
    expect(fresh(prolonged, 800, [until(2_000)])).toEqual([]);
  });

  test('an inherited grant is recorded, not reported; a direct grant on the item is new', () => {
    const grants = new LoadedGrants([]);
    expect(fresh(grants, 1, [], [ADA])).toEqual([]);
    expect(grants.changed).toMatchObject([{ inherited: true, revokedAt: undefined }]);
    expect(fresh(grants, 2, [ADA])).toEqual([ADA.key]);
    expect(fresh(grants, 3, [ADA], [ADA])).toEqual([]);
    expect(fresh(grants, 4, [], [ADA])).toEqual([]);
    expect(grants.history('file', ADA.key).latest?.revokedAt).toBe(4 * HOUR);
  });

  test('a grant of the first reading is not new, then or later', () => {
    const grants = new LoadedGrants([]);
    expect(compareGrants(grants, accessAt(1, [ADA]), BASELINE)).toEqual([]);
    expect(fresh(grants, 2, [ADA])).toEqual([]);
  });

  test('a grant that is known only from a change of its role is still new', () => {
    const grants = new LoadedGrants([]);
    grants.history('file', ADA.key).applyRoleChange(logged(1, { ...ADA, role: 'writer' }));
    expect(fresh(grants, 2, [ADA])).toEqual([ADA.key]);
    expect(fresh(grants, 3, [ADA])).toEqual([]);
    const first = new LoadedGrants([]);
    first.history('file', ADA.key).applyRoleChange(logged(1));
    expect(compareGrants(first, accessAt(2, [ADA]), BASELINE)).toEqual([]);
    expect(fresh(first, 3, [ADA])).toEqual([]);
  });

  test('grants end when the item disappears, and are not new when it is visible again', () => {
    const grants = new LoadedGrants([]);
    fresh(grants, 1, [ADA]);
    recordItemGone(grants, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    expect(grants.history('file', ADA.key).latest?.revokedAt).toBe(2 * HOUR);
    expect(fresh(grants, 3, [ADA])).toEqual([]);
    expect(grants.history('file', ADA.key).latest?.revokedAt).toBeUndefined();
  });

  test('a grant that is missing when the item is visible again is new the next time', () => {
    const grants = new LoadedGrants([]);
    fresh(grants, 1, [ADA]);
    recordItemGone(grants, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    fresh(grants, 3, []);
    expect(fresh(grants, 4, [ADA])).toEqual([ADA.key]);
  });

  test('grants do not end when the item disappears from a former owner’s change log', () => {
    const grants = new LoadedGrants([]);
    compareGrants(grants, { ...accessAt(1, [ADA]), owner: 'user/bob@acme.example' }, REPORT);
    recordItemGone(grants, { itemId: 'file', owner: OWNER, at: 2 * HOUR });
    expect(grants.history('file', ADA.key).latest?.revokedAt).toBeUndefined();
  });

  test('recording a baseline after a change of domains affects only the listed grants', () => {
    const grants = new LoadedGrants([]);
    fresh(grants, 1, [LINK]);
    recordBaseline(grants, accessAt(2, [ADA]), BASELINE);
    expect(fresh(grants, 3, [LINK, ADA])).toEqual([]);
  });

  test('a revocation counts even if our clock is behind Google’s', () => {
    const grants = new LoadedGrants([]);
    const behind = { ...REPORT, now: 1 };
    compareGrants(grants, accessAt(1, [ADA]), behind);
    compareGrants(grants, accessAt(2, []), behind);
    expect(compareGrants(grants, accessAt(3, [ADA]), behind)).toHaveLength(1);
  });

  test('the comparison finds each grant once, in any sequence of states', () => {
    const grantees = [ADA, LINK, { ...ADA, key: 'ben@initech.example' }];
    const histories = fc.array(fc.subarray(grantees), { maxLength: 12 });
    fc.assert(
      fc.property(histories, (states) => {
        let grants = new LoadedGrants([]);
        const found: string[] = [];
        const expected: string[] = [];
        let before: readonly ExternalGrant[] = [];
        states.forEach((own, number) => {
          const began = own.filter((grant) => !before.includes(grant));
          expected.push(...began.map(({ key }) => `${number} ${key}`));
          found.push(...fresh(grants, number, own).map((key) => `${number} ${key}`));
          before = own;
          // The next comparison loads what this one saved.
          grants = new LoadedGrants(
            [...grants.histories('file').values()].flatMap((history) =>
              history.grants.map((grant) => ({ ...grant })),
            ),
          );
          expect(grants.changed).toEqual([]);
        });
        expect(found.sort()).toEqual(expected.sort());
      }),
    );
  });
});
