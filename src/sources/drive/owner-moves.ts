import { sql } from 'kysely';
import type { Statement } from '../../db/schema.ts';
import type { AddressBook } from './address-book.ts';
import { type DriveUser, isId, kindOfId } from './drive-user.ts';
import { moveKnownItems } from './known-items.ts';
import { CHANGE_LOG_STREAM_PREFIX, userNameIn, userOwner } from './stream-names.ts';

/** Owners (see stream-names.ts): what is stored under `from` belongs to `to`. */
export interface OwnerMove {
  readonly from: string;
  readonly to: string;
}

interface PossibleMove extends OwnerMove {
  /** it is stored under the user's primary address */
  readonly isPrimary: boolean;
}

/**
 * What is stored under a user's address (by an earlier version), or under their other id (if the
 * tenant began or ceased to read the Directory). At most one move. `readAt`: epoch milliseconds of the
 * last reading of the owner's change log.
 */
export function movesOf(from: string, readAt: number, book: AddressBook): PossibleMove[] {
  const name = userNameIn(from);
  const user = name === undefined ? undefined : userBehind(name, readAt, book);
  // The previous user of the address was deleted, and this one created, after the reading.
  const isOther = user === undefined || (user.createdAt ?? 0) > readAt;
  return isOther ? [] : [{ from, to: userOwner(user.id), isPrimary: name === user.email }];
}

/** An alias can have been another user's address. */
export function primariesFirst(moves: readonly PossibleMove[]): OwnerMove[] {
  return moves
    .toSorted((one, other) => Number(other.isPrimary) - Number(one.isPrimary))
    .map(({ from, to }) => ({ from, to }));
}

/**
 * Renames cursors, and the owners of grants and known items. A user who already has a cursor keeps
 * it.
 */
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
      await moveKnownItems(trx, tenant, { from, to });
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

/**
 * The owners of the grants that an earlier version stored under an address. Steps from owner to owner
 * in the index, because `distinct` would read every grant.
 */
export async function addressOwnersOfGrants(db: Statement, tenant: string): Promise<string[]> {
  const grants = sql.table('grant');
  const { rows } = await sql<{ owner: string }>`
    with recursive owners (owner) as (
      select min(owner) from ${grants} where tenant = ${tenant}
      union all
      select (select min(owner) from ${grants} where tenant = ${tenant} and owner > owners.owner)
      from owners where owners.owner is not null
    )
    select owner from owners where owner is not null
  `.execute(db);
  const owners = rows.map(({ owner }) => owner);
  return owners.filter((owner) => userNameIn(owner)?.includes('@'));
}

/** The user whose data is stored under a name that is not their id in this run. */
function userBehind(name: string, readAt: number, book: AddressBook): DriveUser | undefined {
  if (!isId(name)) {
    const user = book.user(book.idAt(name, readAt));
    return user?.id === name ? undefined : user;
  }
  if (book.user(name) !== undefined) return undefined;
  const user = book.user(book.idAt(book.primaryOf(name) ?? '', Number.POSITIVE_INFINITY));
  return user !== undefined && kindOfId(user.id) !== kindOfId(name) ? user : undefined;
}
