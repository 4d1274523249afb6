import { CompactRows, type RowFormat } from '../../lib/compact-rows.ts';
import { omitUndefined } from '../../lib/omit-undefined.ts';
import type { DriveUser } from './drive-user.ts';

type Fields = readonly [
  email: string,
  id: string,
  otherAddresses: readonly string[],
  flags: number,
  name: string | null,
  createdAt?: number,
];

const HAS_ALL_ADDRESSES = 1;
const IS_ACTIVE = 2;

const FORMAT: RowFormat<DriveUser, Fields> = {
  pack: ({ id, email, addresses, hasAllAddresses, isActive, name, createdAt }) => {
    const flags = (hasAllAddresses ? HAS_ALL_ADDRESSES : 0) + (isActive ? IS_ACTIVE : 0);
    const others = addresses.filter((address) => address !== email);
    const fields = [email, id, others, flags, name ?? null] as const;
    return createdAt === undefined ? fields : [...fields, createdAt];
  },
  unpack: ([email, id, others, flags, name, createdAt]) =>
    omitUndefined<DriveUser>({
      id,
      email,
      addresses: [email, ...others],
      hasAllAddresses: (flags & HAS_ALL_ADDRESSES) !== 0,
      isActive: (flags & IS_ACTIVE) !== 0,
      name: name ?? undefined,
      createdAt,
    }),
  keysOf: ({ id }) => [id],
};

/**
 * Users in the order of their addresses. A Workspace can have hundreds of thousands: each takes some
 * 150 bytes.
 */
export class UserList implements Iterable<DriveUser> {
  readonly #rows = new CompactRows(FORMAT);
  #positions: Uint32Array | undefined;

  static of(users: Iterable<DriveUser>): UserList {
    const list = new UserList();
    for (const user of users) list.add(user);
    return list;
  }

  add(user: DriveUser): void {
    this.#rows.add(user);
    this.#positions = undefined;
  }

  /** If several have the id, the last one that was added. */
  get(id: string): DriveUser | undefined {
    return this.#rows.find(id).at(-1);
  }

  *[Symbol.iterator](): Generator<DriveUser> {
    this.#positions ??= this.#rows.positionsInOrder();
    for (const position of this.#positions) yield this.#rows.at(position);
  }
}
