import pLimit from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import { RetryableError } from '../../lib/errors.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import { GoogleError } from '../../vendors/google/errors.ts';
import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { AddressBook } from './address-book.ts';
import { isGoogleFailure, mayBeMissingScope } from './classify-errors.ts';
import { limitedPages } from './collect-rows.ts';
import { type DriveUser, userOfAccount, userOfDirectory } from './drive-user.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { UserList } from './user-list.ts';

/** All users of the Directory, active or not. */
export async function listDirectoryUsers(
  client: GoogleFinder,
  onFaultyRow: (row: FaultyRow) => void,
): Promise<UserList> {
  const rowsMax = DRIVE_LIMITS.usersMax;
  const users = new UserList();
  for await (const rows of limitedPages(client.listUsers(), { rowsMax, onFaultyRow })) {
    for (const row of rows) users.add(userOfDirectory(row));
  }
  return users;
}

/** The user whose refresh token is used. */
export async function findTokenUser(client: GoogleFinder): Promise<DriveUser> {
  return userOfAccount(await client.whoAmI(''));
}

/**
 * The users that the configuration lists, each once. A user who cannot be found keeps what is on
 * record about the address: reading their Drive then reports why.
 */
export async function findListedUsers(
  client: GoogleFinder,
  listed: Extract<GoogleDriveConfig['users'], readonly string[]>,
  stored: AddressBook,
): Promise<DriveUser[]> {
  const search = new ListedUsers(client, stored);
  const limit = pLimit(DRIVE_LIMITS.changeLogsAtOnceMax);
  const addresses = [...new Set(listed.map((email) => email.toLowerCase()))];
  const users = await Promise.all(addresses.map((email) => limit(() => search.find(email))));
  const byId = Map.groupBy(users, ({ id }) => id);
  return [...byId.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [withAddresses(first, others)],
  );
}

class ListedUsers {
  readonly #client: GoogleFinder;
  readonly #stored: AddressBook;
  readonly #signIns = new Attempts();
  readonly #directory = new Attempts();

  constructor(client: GoogleFinder, stored: AddressBook) {
    this.#client = client;
    this.#stored = stored;
  }

  async find(address: string): Promise<DriveUser> {
    return (
      (await this.#signInAs(address)) ??
      (await this.#inDirectory(address)) ??
      this.#onRecord(address)
    );
  }

  #onRecord(address: string): DriveUser {
    const id = this.#stored.idAt(address, Number.POSITIVE_INFINITY) ?? address;
    const email = this.#stored.primaryOf(id) ?? address;
    const addresses = [...new Set([email, address])];
    return { id, email, addresses, hasAllAddresses: false, isActive: true };
  }

  #signInAs(address: string): Promise<DriveUser | undefined> {
    return this.#signIns.try(async () =>
      userOfAccount(await this.#client.whoAmI(address), address),
    );
  }

  /** Google may refuse a sign-in with an alias. The Directory knows it, if its scope is granted. */
  #inDirectory(address: string): Promise<DriveUser | undefined> {
    if (this.#signIns.areHopeless) return Promise.resolve(undefined);
    return this.#directory.try(async () => {
      const user = await this.#client.findUser(address);
      return user && userOfDirectory(user);
    });
  }
}

/** Stops asking once Google fails for a reason that concerns every user. */
class Attempts {
  #successes = 0;
  #withoutScope = 0;
  areHopeless = false;

  /** Undefined if Google fails. */
  async try<T>(find: () => Promise<T>): Promise<T | undefined> {
    if (this.areHopeless) return undefined;
    try {
      const found = await find();
      this.#successes += 1;
      return found;
    } catch (error) {
      if (!isGoogleFailure(error)) throw error;
      this.areHopeless = this.#concernsEveryone(error);
      return undefined;
    }
  }

  #concernsEveryone(error: unknown): boolean {
    if (error instanceof RetryableError) return true;
    if (!(error instanceof GoogleError) || error.concerns !== 'everyone') return false;
    if (!mayBeMissingScope(error)) return true;
    this.#withoutScope += 1;
    return this.#successes === 0 && this.#withoutScope > DRIVE_LIMITS.changeLogsDeferredMax;
  }
}

function withAddresses(user: DriveUser, same: readonly DriveUser[]): DriveUser {
  const addresses = [user, ...same].flatMap((one) => one.addresses);
  return { ...user, addresses: [...new Set(addresses)] };
}
