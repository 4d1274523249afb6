import type { Statement } from '../../db/schema.ts';
import type { AddressBook } from './address-book.ts';
import { type DriveUser, kindOfId } from './drive-user.ts';
import { CHANGE_LOG_STREAM_PREFIX, isAddressOwner, userOwner } from './stream-names.ts';

/** Owners (see stream-names.ts): what is stored under `from` belongs to `to`. */
export interface OwnerMove {
  readonly from: string;
  readonly to: string;
}

/** The owners of change logs on record: epoch milliseconds of their last reading. */
export type StoredOwners = ReadonlyMap<string, number>;

/**
 * Finds what is stored under a user's addresses (by earlier versions), or under their other id (if the
 * tenant began or ceased to read the Directory). A user takes over the log of their primary address
 * before those of their aliases, because an alias can have been another user's address.
 */
export function planMoves(
  users: readonly DriveUser[],
  stored: StoredOwners,
  book: AddressBook,
): OwnerMove[] {
  const taken = new Map<string, string>();
  const take = (user: DriveUser, address: string) => {
    for (const from of ownersBehind(user, address, book)) {
      const readAt = stored.get(from);
      if (readAt === undefined || taken.has(from)) continue;
      if (isSamePerson(user, { address, readAt, book })) taken.set(from, userOwner(user.id));
    }
  };
  for (const user of users) take(user, user.email);
  for (const user of users) for (const address of user.addresses) take(user, address);
  return [...taken].map(([from, to]) => ({ from, to }));
}

/** Renames cursors and the owners of grants. A user who already has a cursor keeps it. */
export async function moveOwners(
  trx: Statement,
  tenant: string,
  moves: readonly OwnerMove[],
): Promise<void> {
  for (const { from, to } of moves) {
    const stream = `${CHANGE_LOG_STREAM_PREFIX}${from}`;
    const renamed = `${CHANGE_LOG_STREAM_PREFIX}${to}`;
    const known = await trx
      .selectFrom('cursor')
      .select('stream')
      .where('tenant', '=', tenant)
      .where('stream', '=', renamed)
      .executeTakeFirst();
    if (known === undefined) {
      await trx
        .updateTable('cursor')
        .set({ stream: renamed })
        .where('tenant', '=', tenant)
        .where('stream', '=', stream)
        .execute();
    } else {
      await trx
        .deleteFrom('cursor')
        .where('tenant', '=', tenant)
        .where('stream', '=', stream)
        .execute();
    }
    await trx
      .updateTable('grant')
      .set({ owner: to })
      .where('tenant', '=', tenant)
      .where('owner', '=', from)
      .execute();
  }
}

/** The owners of the grants that an earlier version stored under an address. */
export async function addressOwnersOfGrants(db: Statement, tenant: string): Promise<string[]> {
  const rows = await db
    .selectFrom('grant')
    .select('owner')
    .distinct()
    .where('tenant', '=', tenant)
    .execute();
  return rows.map(({ owner }) => owner).filter(isAddressOwner);
}

/** What can be stored of the user under another name than their id. */
function ownersBehind({ id }: DriveUser, address: string, book: AddressBook): string[] {
  const others = book.holdersOf(address).filter((other) => kindOfId(other) !== kindOfId(id));
  return [address, ...others].filter((name) => name !== id).map(userOwner);
}

/** False if the address was someone else's when it was read, such as a deleted user's. */
function isSamePerson(
  { id, createdAt = 0 }: DriveUser,
  read: { readonly address: string; readonly readAt: number; readonly book: AddressBook },
): boolean {
  return createdAt <= read.readAt && read.book.idAt(read.address, read.readAt) === id;
}
