import { type DriveUser, kindOfId } from './drive-user.ts';

/** A time in which a user has an address; epoch milliseconds. */
export interface HeldAddress {
  readonly address: string;
  readonly userId: string;
  /** when the user was first seen to have it */
  readonly since: number;
  /** when the user was first seen without it; undefined: they still have it */
  readonly until?: number;
  readonly isPrimary: boolean;
}

/** What one reading of the users says about addresses. */
export interface SeenUsers {
  readonly users: readonly DriveUser[];
  /** true: every user of the Directory is among them */
  readonly isEveryone: boolean;
  /** epoch milliseconds */
  readonly now: number;
}

/** The stored addresses after a reading of the users. None is dropped. */
export function updateAddresses(stored: readonly HeldAddress[], seen: SeenUsers): HeldAddress[] {
  const { users, isEveryone, now } = seen;
  const byId = new Map(users.map((user) => [user.id, user]));
  const kept = stored.map((held): HeldAddress => {
    const user = byId.get(held.userId);
    if (held.until !== undefined) return held;
    if (user === undefined)
      return isEveryone && isOfDirectory(held) ? { ...held, until: now } : held;
    const isHeld = !user.hasAllAddresses || user.addresses.includes(held.address);
    const isPrimary = held.address === user.email;
    return isHeld ? { ...held, isPrimary } : { ...held, until: now, isPrimary: false };
  });
  const open = new Set(kept.filter(isOpen).map(({ userId, address }) => keyOf(userId, address)));
  const added = users.flatMap(({ id, email, addresses }) =>
    addresses
      .filter((address) => !open.has(keyOf(id, address)))
      .map((address) => ({ address, userId: id, since: now, isPrimary: address === email })),
  );
  return [...kept, ...added];
}

/** Finds users by any address that they have or had. */
export class AddressBook {
  readonly #users: ReadonlyMap<string, DriveUser>;
  /** by address, in the order of `since` */
  readonly #held: ReadonlyMap<string, readonly HeldAddress[]>;
  /** by user id, when last seen */
  readonly #primaries: ReadonlyMap<string, string>;
  /** every address that a user of this run has or had, unless someone else has it now */
  readonly addresses: ReadonlySet<string>;

  constructor(users: readonly DriveUser[], held: readonly HeldAddress[]) {
    this.#users = new Map(users.map((user) => [user.id, user]));
    const ordered = held.toSorted((one, other) => one.since - other.since);
    this.#held = Map.groupBy(ordered, ({ address }) => address);
    const primaries = ordered.filter(({ isPrimary }) => isPrimary);
    this.#primaries = new Map(primaries.map(({ userId, address }) => [userId, address]));
    const ours = [...this.#held].filter(([, all]) => {
      const open = all.filter(isOpen);
      return (open.length > 0 ? open : all.slice(-1)).some(({ userId }) => this.#users.has(userId));
    });
    this.addresses = new Set(ours.map(([address]) => address));
  }

  /**
   * The id of the user who had the address at `at` (epoch milliseconds). An address can move to
   * another user; before its first known user, it counts as theirs.
   */
  idAt(address: string, at: number): string | undefined {
    const held = this.#held.get(address) ?? [];
    const latest = held.findLast(({ userId }) => this.#users.has(userId)) ?? held.at(-1);
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
    return this.#held.has(address);
  }

  /** The primary address of a user when last seen. */
  primaryOf(userId: string): string | undefined {
    return this.#users.get(userId)?.email ?? this.#primaries.get(userId);
  }
}

function isOpen({ until }: HeldAddress): boolean {
  return until === undefined;
}

function isOfDirectory({ userId }: HeldAddress): boolean {
  return kindOfId(userId) === 'directory';
}

function keyOf(userId: string, address: string): string {
  return JSON.stringify([userId, address]);
}
