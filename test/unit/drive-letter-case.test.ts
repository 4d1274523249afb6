import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/sources/drive/audit-entry.ts';
import { buildRemainingShare, buildShare } from '../../src/sources/drive/build-share.ts';
import { compareGrants } from '../../src/sources/drive/compare-grants.ts';
import { externalGrantOf } from '../../src/sources/drive/external-grantees.ts';
import { LoadedGrants } from '../../src/sources/drive/loaded-grants.ts';
import type { Activity, Permission } from '../../src/vendors/google/rows.ts';
import { loggedShares } from '../support/logged-shares.ts';

const INSIDERS = { domains: ['acme.com'], addresses: new Set<string>() };
const AT = Date.UTC(2026, 10, 2, 9, 30, 0, 5);
const ANN = 'Ann@Acme.com';
/** two people: Gmail ignores the dots */
const GRANTEES = ['Ines.Marlow@Client.example', 'Ada.King+Deals@Gmail.com'];

type Change = (address: string) => string;
const CASES: readonly (readonly [string, Change])[] = [
  ['lower case', (address) => address.toLowerCase()],
  ['upper case', (address) => address.toUpperCase()],
  ['mixed case', (address) => address],
];

/** What the versions computed that lower-cased every address. Another value reports each share again. */
const LOGGED_ID = '9cff3f6d1b2c6537dab3c4dfb9b376cf';
const SEEN_ID = 'b3a42bd745803502e2fb0a0b2122c044';
const REMAINING_ID = '429419ea57ed21cc042b7e280897da41';

function activityIn(change: Change): Activity {
  const parameters = {
    doc_id: ['file'],
    doc_title: ['Deck'],
    owner: [change(ANN)],
    target_user: GRANTEES.map(change),
    old_value: ['none'],
    new_value: ['can_view'],
  };
  const events = [{ name: 'change_user_access', type: 'acl_change', parameters }];
  return { time: AT, uniqueQualifier: '42', actor: { email: change(ANN) }, events };
}

function loggedShare(change: Change) {
  const [first, ...others] = entriesOf(activityIn(change), INSIDERS);
  if (first === undefined) throw new Error('nothing was logged');
  return loggedShares([first, ...others])[0];
}

function permissionOf(email: string): Permission {
  const flags = { deleted: false, pendingOwner: false, inherited: false, isOriginKnown: true };
  return { id: 'p', type: 'user', role: 'reader', email, ...flags };
}

const grantsIn = (change: Change) =>
  GRANTEES.flatMap((email) => {
    const permission = permissionOf(change(email));
    return externalGrantOf(permission, { insiders: INSIDERS, now: AT }) ?? [];
  });

function seenShare(change: Change) {
  return buildShare({
    detector: 'changes',
    item: { itemId: 'file', item: 'file', title: 'Deck' },
    at: AT,
    actor: change(ANN),
    grants: grantsIn(change).map((grant) => ({ ...grant, ordinal: 1 })),
  });
}

describe.each(CASES)('addresses in %s', (_case, change) => {
  test('keep the id that an earlier version gave to the same share of the audit log', () => {
    const share = loggedShare(change);
    expect(share?.eventId).toBe(`drive:${LOGGED_ID}`);
    expect(share?.shareId).toBe(LOGGED_ID);
  });

  test('keep the id that an earlier version gave to the same share of a change log', () => {
    expect(seenShare(change).eventId).toBe(`drive:${SEEN_ID}`);
    const [grant] = grantsIn(change);
    if (grant === undefined) throw new Error('nothing was granted');
    const rest = buildRemainingShare(seenShare(change), [{ ...grant, ordinal: 1 }]);
    expect(rest.shareId).toBe(REMAINING_ID);
    expect(rest.sharer).toEqual({ email: change(ANN) });
  });

  test('are stored in the event as given', () => {
    for (const share of [loggedShare(change), seenShare(change)]) {
      expect(share?.sharer).toEqual({ email: change(ANN) });
      expect(share?.drive?.grantees.map(({ email }) => email)).toEqual(GRANTEES.map(change));
    }
  });

  test('are the same grants as those that are on record in lower case', () => {
    const [[, lower] = expect.fail()] = CASES;
    const access = { itemId: 'file', owner: 'user/1', at: AT, inherited: [] };
    const options = { unknown: 'report', now: AT, sweptAt: undefined } as const;
    const empty = new LoadedGrants([]);
    const recorded = compareGrants(empty, { ...access, own: grantsIn(lower) }, options);
    expect(recorded).toHaveLength(GRANTEES.length);
    const stored = new LoadedGrants(empty.changed);
    expect(compareGrants(stored, { ...access, own: grantsIn(change) }, options)).toEqual([]);
    expect(stored.changed).toEqual([]);
  });
});
