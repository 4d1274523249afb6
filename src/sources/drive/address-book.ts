import { type DriveUser, kindOfId } from './drive-user.ts';
import { type HeldAddress, type HeldAddresses, isOpen } from './held-addresses.ts';
import type { UserList } from './user-list.ts';

/** What one reading of the users says about addresses. */
export interface SeenUsers {
  readonly users: UserList;
  /** true: every user of the Directory is among them */
  readonly isEveryone: boolean;
  /** epoch milliseconds */
  readonly now: number;
}

/**
 * Updates the addresses on record after a reading of the users; none is dropped. Returns the positions
 * of those that are new or changed.
 */
export function updateAddresses(held: HeldAddresses, seen: SeenUsers): number[] {
  const changed: number[] = [];
  const stored = held.length;
  for (let position = 0; position < stored; position += 1) {
    const before = held.at(position);
    const after = addressAfter(before, seen);
    if (after === before) continue;
    held.update(position, after);
    changed.push(position);
  }
  for (const { id, email, addresses } of seen.users) {
    const open = new Set(
      held
        .ofUser(id)
        .filter(isOpen)
        .map(({ address }) => address),
    );
    for (const address of addresses) {
      if (open.has(address)) continue;
      const isPrimary = address === email;
      changed.push(held.add({ address, userId: id, since: seen.now, isPrimary }));
    }
  }
  return changed;
}

/** The same object if nothing changed. */
function addressAfter(held: HeldAddress, { users, isEveryone, now }: SeenUsers): HeldAddress {
  if (!isOpen(held)) return held;
  const user = users.get(held.userId);
  if (user === undefined) return isEveryone && isOfDirectory(held) ? { ...held, until: now } : held;
  const isHeld = !user.hasAllAddresses || user.addresses.includes(held.address);
  if (!isHeld) return { ...held, until: now, isPrimary: false };
  const isPrimary = held.address === user.email;
  return isPrimary === held.isPrimary ? held : { ...held, isPrimary };
}

/** Finds users by any address that they have or had. */
export class AddressBook {
  readonly #users: UserList;
  readonly #held: HeldAddresses;

  constructor(users: UserList, held: HeldAddresses) {
    this.#users = users;
    this.#held = held;
  }

  /**
   * The id of the user who had the address at `at` (epoch milliseconds). An address can move to
   * another user; before its first known user, it counts as theirs.
   */
  idAt(address: string, at: number): string | undefined {
    const held = this.#held.ofAddress(address);
    const latest = held.findLast(({ userId }) => this.user(userId) !== undefined) ?? held.at(-1);
    if (latest === undefined) return undefined;
    // The same user can be stored under two ids: follow the kind that this run uses.
    const kind = kindOfId(latest.userId);
    const ofKind = held.filter(({ userId }) => kindOfId(userId) === kind);
    return (ofKind.findLast(({ since }) => since <= at) ?? ofKind[0])?.userId;
  }

  /** The user whom this run found by id. */
  user(id: string | undefined): DriveUser | undefined {
    return id === undefined ? undefined : this.#users.get(id);
  }

  /** True if a user has or had the address. */
  has(address: string): boolean {
    return this.#held.ofAddress(address).length > 0;
  }

  /** True if a user of this run has or had the address, unless someone else has it now. */
  isOurs(address: string): boolean {
    const all = this.#held.ofAddress(address);
    const open = all.filter(isOpen);
    const last = open.length > 0 ? open : all.slice(-1);
    return last.some(({ userId }) => this.user(userId) !== undefined);
  }

  /** The primary address of a user when last seen. */
  primaryOf(userId: string): string | undefined {
    const onRecord = () => this.#held.ofUser(userId).findLast(({ isPrimary }) => isPrimary);
    return this.user(userId)?.email ?? onRecord()?.address;
  }
}

function isOfDirectory({ userId }: HeldAddress): boolean {
  return kindOfId(userId) === 'directory';
}
