import type { GoogleDriveConfig } from '../../config/types.ts';
import { cursorPages, readCursor } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { type Insiders, isInternalAddress } from '../../share/address.ts';
import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { SourcePage } from '../source.ts';
import { AddressBook, updateAddresses } from './address-book.ts';
import { loadAddresses, saveAddresses } from './address-store.ts';
import type { DriveStore } from './drive-store.ts';
import { type DriveUser, isId } from './drive-user.ts';
import { findListedUsers, findTokenUser, listDirectoryUsers } from './find-users.ts';
import { HeldAddresses } from './held-addresses.ts';
import {
  addressOwnersOfGrants,
  moveOwners,
  movesOf,
  type OwnerMove,
  primariesFirst,
} from './owner-moves.ts';
import { storedDomains } from './stored-insiders.ts';
import { CHANGE_LOG_STREAM_PREFIX, USERS_STREAM } from './stream-names.ts';
import { UserList } from './user-list.ts';

export interface DriveUsersOptions {
  readonly client: GoogleFinder;
  readonly config: GoogleDriveConfig;
  readonly store: DriveStore;
  readonly setAside: Pick<SetAside, 'add'>;
  /** read only after Google's first response, which corrects it */
  readonly clock: Clock;
}

/** The users of the run, known by all their addresses. */
export class DriveUsers {
  readonly #options: DriveUsersOptions;
  #held = new HeldAddresses();
  /** the positions of the addresses that this run found to be new or changed */
  #changed: readonly number[] = [];
  #users = new UserList();
  #book = new AddressBook(this.#users, this.#held);
  /** lower case; with `users: all`, the domains of the Directory */
  #domains: readonly string[] = [];
  #finding: Promise<void> | undefined;

  private constructor(options: DriveUsersOptions) {
    this.#options = options;
  }

  /**
   * Finds the users. If the configuration lists them and only the audit log is read, they are found
   * when an owner is not among the listed addresses: see `findOwners`.
   */
  static async find(options: DriveUsersOptions): Promise<DriveUsers> {
    const { client, config, setAside } = options;
    const found = new DriveUsers(options);
    if (config.auth.flow === 'refresh-token') await found.#set([await findTokenUser(client)]);
    else if (config.users === 'all') {
      await found.#set(await listDirectoryUsers(client, (row) => setAside.add(row)));
      found.#domains = await findDomains(options);
    } else if (config.detect.includes('changes')) await found.#findListed(config.users);
    else await found.#setOnRecord(config.users);
    return found;
  }

  /** True if the Directory was read: then every user of the company is known. */
  get areAllKnown(): boolean {
    const { auth, users } = this.#options.config;
    return users === 'all' && auth.flow === 'service-account';
  }

  /** The users whose change logs are read, in the order of their addresses. */
  *readable(): Generator<DriveUser> {
    for (const user of this.#users) if (this.#isReadable(user)) yield user;
  }

  /** `leavers`: users whose change logs cannot be read, because they are suspended or archived. */
  counts(): { readonly readable: number; readonly leavers: number } {
    let readable = 0;
    let leavers = 0;
    for (const user of this.#users) {
      if (this.#isReadable(user)) readable += 1;
      else leavers += 1;
    }
    return { readable, leavers };
  }

  /** The Directory's domains; empty if it was not read. */
  get domains(): readonly string[] {
    return this.#domains;
  }

  /** True for all addresses of the users, past ones included. */
  get addresses(): Insiders['addresses'] {
    return { has: (address) => this.#book.isOurs(address) };
  }

  /** The user who had the address at `at` (epoch milliseconds), if this run found them. */
  userAt(address: string, at: number): DriveUser | undefined {
    return this.#book.user(this.#book.idAt(address, at));
  }

  /** The id of the user who had the address at that time, or the address. */
  idAt(address: string, at: number): string {
    return this.#book.idAt(address, at) ?? address;
  }

  /**
   * True if the owner of a file is one of the users. With `users: all`, everyone with an address at
   * the Directory's domains is or was one.
   */
  isOwner(address: string, at: number): boolean {
    if (this.userAt(address, at) !== undefined) return true;
    if (!this.areAllKnown) return false;
    return this.#book.idAt(address, at) !== undefined || isInternalAddress(address, this.#domains);
  }

  /** Finds the listed users if one of these owners may be one of them, under another address. */
  async findOwners(owners: Iterable<string>): Promise<void> {
    const { auth, users, detect } = this.#options.config;
    if (users === 'all' || auth.flow === 'refresh-token' || detect.includes('changes')) return;
    const isNew = [...owners].some((owner) => !this.#book.has(owner));
    if (!isNew) return;
    this.#finding ??= this.#findListed(users);
    await this.#finding;
  }

  /**
   * Stores what this run found out about addresses, and renames the cursors of users who were stored
   * under an address. Undefined if there is nothing new.
   */
  async page(): Promise<SourcePage | undefined> {
    const { store, clock } = this.#options;
    const { tenant } = store;
    const moves = await this.#moves();
    const held = this.#held;
    // Not of those whose id is not known yet.
    const changed = this.#changed.filter((position) => isId(held.at(position).userId));
    this.#changed = [];
    if (changed.length === 0 && moves.length === 0) return undefined;
    return {
      shares: [],
      stream: USERS_STREAM,
      position: JSON.stringify({ at: new Date(clock.now()).toISOString() }),
      writeInTransaction: async (trx) => {
        const addresses = changed.values().map((position) => held.at(position));
        await saveAddresses(trx, tenant, addresses);
        await moveOwners(trx, tenant, moves);
      },
    };
  }

  async #moves(): Promise<OwnerMove[]> {
    const { db, tenant } = this.#options.store;
    const isFirst = (await readCursor(db, { tenant, stream: USERS_STREAM })) === undefined;
    const ofGrants = new Set(isFirst ? await addressOwnersOfGrants(db, tenant) : []);
    const moves = [];
    for await (const cursors of cursorPages(db, { tenant, prefix: CHANGE_LOG_STREAM_PREFIX })) {
      for (const { stream, updatedAt } of cursors) {
        const owner = stream.slice(CHANGE_LOG_STREAM_PREFIX.length);
        ofGrants.delete(owner);
        moves.push(...movesOf(owner, updatedAt, this.#book));
      }
    }
    const now = this.#options.clock.now();
    for (const owner of ofGrants) moves.push(...movesOf(owner, now, this.#book));
    return primariesFirst(moves);
  }

  #isReadable({ isActive }: DriveUser): boolean {
    return isActive || !this.areAllKnown;
  }

  async #findListed(listed: readonly string[]): Promise<void> {
    const stored = new AddressBook(new UserList(), await this.#stored());
    await this.#set(await findListedUsers(this.#options.client, listed, stored));
  }

  async #setOnRecord(listed: readonly string[]): Promise<void> {
    const stored = new AddressBook(new UserList(), await this.#stored());
    await this.#set(listedOnRecord(listed, stored));
  }

  #stored(): Promise<HeldAddresses> {
    const { db, tenant } = this.#options.store;
    return loadAddresses(db, tenant);
  }

  async #set(users: Iterable<DriveUser>): Promise<void> {
    this.#users = users instanceof UserList ? users : UserList.of(users);
    this.#held = await this.#stored();
    const now = this.#options.clock.now();
    const seen = { users: this.#users, isEveryone: this.areAllKnown, now };
    this.#changed = updateAddresses(this.#held, seen);
    this.#book = new AddressBook(this.#users, this.#held);
  }
}

/** What is on record about the listed addresses. */
function listedOnRecord(listed: readonly string[], stored: AddressBook): DriveUser[] {
  const byId = Map.groupBy(
    listed.map((email) => email.toLowerCase()),
    (email) => stored.idAt(email, Number.POSITIVE_INFINITY) ?? email,
  );
  return [...byId].map(([id, addresses]): DriveUser => {
    const email = stored.primaryOf(id) ?? addresses[0] ?? id;
    const all = [...new Set([email, ...addresses])];
    return { id, email, addresses: all, hasAllAddresses: false, isActive: true };
  });
}

/** If a row does not name its domain, those of the last run still count: else it looks removed. */
async function findDomains({
  client,
  store,
  setAside,
}: DriveUsersOptions): Promise<readonly string[]> {
  const { rows, faulty, areAllNamed } = await client.listDomains();
  for (const row of faulty) setAside.add(row);
  if (areAllNamed) return rows;
  const stored = await storedDomains(store.db, store.tenant);
  if (stored === undefined) throw domainsUnknown();
  return [...new Set([...rows, ...stored])];
}

function domainsUnknown(): UserError {
  return new UserError('Google does not name one of the domains of the Workspace', {
    hint:
      'Its people would count as outsiders, so Drive is not read before Google has named them all ' +
      'once. Please report this message.',
  });
}
