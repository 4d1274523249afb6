import { CompactRows, type RowFormat } from '../../lib/compact-rows.ts';

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

type Fields = readonly [
  address: string,
  userId: string,
  since: number,
  isPrimary: 0 | 1,
  until?: number,
];

const FORMAT: RowFormat<HeldAddress, Fields> = {
  pack: ({ address, userId, since, until, isPrimary }) => {
    const primary = isPrimary ? 1 : 0;
    return until === undefined
      ? [address, userId, since, primary]
      : [address, userId, since, primary, until];
  },
  unpack: ([address, userId, since, primary, until]) => ({
    address,
    userId,
    since,
    ...(until !== undefined && { until }),
    isPrimary: primary === 1,
  }),
  keysOf: ({ address, userId }) => (address === userId ? [address] : [address, userId]),
};

/** All addresses that users have or had. A large Workspace has hundreds of thousands. */
export class HeldAddresses implements Iterable<HeldAddress> {
  readonly #rows = new CompactRows(FORMAT);

  static of(all: Iterable<HeldAddress>): HeldAddresses {
    const held = new HeldAddresses();
    for (const each of all) held.add(each);
    return held;
  }

  get length(): number {
    return this.#rows.length;
  }

  [Symbol.iterator](): Iterator<HeldAddress> {
    return this.#rows[Symbol.iterator]();
  }

  /** Returns its position. */
  add(held: HeldAddress): number {
    return this.#rows.add(held);
  }

  at(position: number): HeldAddress {
    return this.#rows.at(position);
  }

  /** The same user's same address, with another end or kind. */
  update(position: number, held: HeldAddress): void {
    this.#rows.replace(position, held);
  }

  /** Who has or had the address, in the order of `since`. */
  ofAddress(address: string): readonly HeldAddress[] {
    const rows = this.#rows.find(address).filter((held) => held.address === address);
    return inOrder(rows);
  }

  /** What the user has or had, in the order of `since`. */
  ofUser(id: string): readonly HeldAddress[] {
    return inOrder(this.#rows.find(id).filter(({ userId }) => userId === id));
  }
}

export function isOpen({ until }: HeldAddress): boolean {
  return until === undefined;
}

function inOrder(rows: readonly HeldAddress[]): readonly HeldAddress[] {
  return rows.toSorted((one, other) => one.since - other.since);
}
