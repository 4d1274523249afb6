import { describe, expect, test } from 'vitest';
import { AddressBook, updateAddresses } from '../../src/sources/drive/address-book.ts';
import type { DriveUser } from '../../src/sources/drive/drive-user.ts';
import { type HeldAddress, HeldAddresses } from '../../src/sources/drive/held-addresses.ts';
import { movesOf, primariesFirst } from '../../src/sources/drive/owner-moves.ts';
import { UserList } from '../../src/sources/drive/user-list.ts';

const ALICE = 'alice@acme.example';
const REED = 'alice.reed@acme.example';
const BOB = 'bob@acme.example';

function user(id: string, addresses: readonly string[], changes: Partial<DriveUser> = {}) {
  const [email = ''] = addresses;
  const all = { id, email, addresses, hasAllAddresses: true, isActive: true };
  return { ...all, ...changes } satisfies DriveUser;
}

/** What is stored after readings at the times 1, 2, 3, … */
function storedAfter(...readings: readonly (readonly DriveUser[])[]): HeldAddress[] {
  return readings.reduce<HeldAddress[]>(
    (stored, users, index) => updated(stored, { users, isEveryone: true, now: index + 1 }).all,
    [],
  );
}

function updated(
  stored: readonly HeldAddress[],
  seen: { users: readonly DriveUser[]; isEveryone: boolean; now: number },
): { all: HeldAddress[]; changed: HeldAddress[] } {
  const held = HeldAddresses.of(stored);
  const changed = updateAddresses(held, { ...seen, users: UserList.of(seen.users) });
  return { all: [...held], changed: changed.map((position) => held.at(position)) };
}

function bookOf(users: readonly DriveUser[], held: readonly HeldAddress[]): AddressBook {
  return new AddressBook(UserList.of(users), HeldAddresses.of(held));
}

describe('stored addresses', () => {
  test('keep the old address of a renamed user, and until when they had it', () => {
    const stored = storedAfter(
      [user('1', [ALICE])],
      [user('1', [REED, ALICE])],
      [user('1', [REED])],
    );
    expect(stored).toEqual([
      { address: ALICE, userId: '1', since: 1, until: 3, isPrimary: false },
      { address: REED, userId: '1', since: 2, isPrimary: true },
    ]);
  });

  test('do not change if nothing did', () => {
    const users = [user('1', [ALICE, REED]), user('2', [BOB], { isActive: false })];
    expect(storedAfter(users, users, users)).toEqual(storedAfter(users));
    const again = updated(storedAfter(users), { users, isEveryone: true, now: 2 });
    expect(again.changed).toEqual([]);
  });

  test('change only for the users who changed', () => {
    const stored = storedAfter([user('1', [ALICE]), user('2', [BOB])]);
    const users = [user('1', [REED, ALICE]), user('2', [BOB])];
    const { changed } = updated(stored, { users, isEveryone: true, now: 2 });
    expect(changed).toEqual([
      { address: ALICE, userId: '1', since: 1, isPrimary: false },
      { address: REED, userId: '1', since: 2, isPrimary: true },
    ]);
  });

  test('of a user who is not among the listed ones stay as they are', () => {
    const stored = storedAfter([user('1', [ALICE]), user('2', [BOB])]);
    const listed = { users: [user('2', [BOB])], isEveryone: false, now: 9 };
    expect(updated(stored, listed)).toEqual({ all: stored, changed: [] });
  });

  test('stay if only a sign-in, which does not show aliases, found the user', () => {
    const stored = storedAfter([user('1', [ALICE, BOB])]);
    const users = [user('1', [REED], { hasAllAddresses: false })];
    const { all } = updated(stored, { users, isEveryone: false, now: 2 });
    expect(all.filter(({ until }) => until !== undefined)).toEqual([]);
    expect(all.filter(({ isPrimary }) => isPrimary).map(({ address }) => address)).toEqual([REED]);
  });

  test('end with a user who was deleted', () => {
    const [held] = storedAfter([user('1', [ALICE])], []);
    expect(held).toMatchObject({ userId: '1', until: 2 });
  });
});

describe('an address', () => {
  const first = [user('1', [ALICE]), user('2', [BOB])];
  const second = [user('1', [REED]), user('2', [BOB, ALICE])];
  const book = bookOf(second, storedAfter(first, second));

  test('that moved to another user is theirs only from then on', () => {
    expect([0, 1, 1.5, 2, 3].map((at) => book.idAt(ALICE, at))).toEqual(['1', '1', '1', '2', '2']);
    expect(book.idAt('cy@acme.example', 1)).toBeUndefined();
  });

  test('is internal while a user of the company has it, or had it last', () => {
    expect([REED, ALICE, BOB].filter((address) => !book.isOurs(address))).toEqual([]);
    const left = [user('2', [BOB])];
    const without = bookOf(left, storedAfter(first, left));
    expect([REED, ALICE, BOB].filter((address) => without.isOurs(address))).toEqual([BOB]);
  });

  test('is of the id that the run uses, if a user is stored under two', () => {
    const signedIn = [user('permission:9', [ALICE], { hasAllAddresses: false })];
    const stored = storedAfter([user('1', [ALICE])]);
    const { all } = updated(stored, { users: signedIn, isEveryone: false, now: 5 });
    expect(bookOf(signedIn, all).idAt(ALICE, 1)).toBe('permission:9');
    expect(bookOf([user('1', [ALICE])], all).idAt(ALICE, 9)).toBe('1');
  });
});

describe('what is stored under an address', () => {
  function movedFrom(
    users: readonly DriveUser[],
    stored: Readonly<Record<string, number>>,
    held: readonly HeldAddress[] = updated([], { users, isEveryone: true, now: 100 }).all,
  ): string[] {
    const book = bookOf(users, held);
    const owners = Object.entries(stored);
    const moves = owners.flatMap(([name, at]) => movesOf(`user/${name}`, at, book));
    return primariesFirst(moves).map(({ from, to }) => `${from} -> ${to}`);
  }

  test('belongs to the user with that address, or with that alias', () => {
    const users = [user('1', [REED, ALICE]), user('2', [BOB])];
    expect(movedFrom(users, { [ALICE]: 50, [BOB]: 50 })).toEqual([
      `user/${BOB} -> user/2`,
      `user/${ALICE} -> user/1`,
    ]);
  });

  test('comes first from the primary address, which the user surely had themselves', () => {
    // The address of someone who left is now an alias of their manager.
    expect(movedFrom([user('1', [ALICE, BOB])], { [BOB]: 50, [ALICE]: 50 })).toEqual([
      `user/${ALICE} -> user/1`,
      `user/${BOB} -> user/1`,
    ]);
  });

  test('is not taken over by a user who was created after the last reading', () => {
    const users = [user('2', [ALICE], { createdAt: 60 })];
    expect(movedFrom(users, { [ALICE]: 50 })).toEqual([]);
    expect(movedFrom(users, { [ALICE]: 60 })).toEqual([`user/${ALICE} -> user/2`]);
  });

  test('belongs to the user who had the address at the time', () => {
    const users = [user('1', [REED]), user('2', [ALICE])];
    const before = [user('1', [ALICE])];
    const held = storedAfter(before, users);
    expect(movedFrom(users, { [ALICE]: 1 }, held)).toEqual([`user/${ALICE} -> user/1`]);
  });

  test('or under the user’s other id is theirs', () => {
    const signedIn = user('permission:9', [ALICE], { hasAllAddresses: false });
    const users = [user('1', [REED, ALICE])];
    const held = storedAfter([signedIn], users);
    expect(movedFrom(users, { 'permission:9': 1, '1': 0 }, held)).toEqual([
      'user/permission:9 -> user/1',
    ]);
  });
});
