import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { isInternalAddress } from '../../share/address.ts';
import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { SetAside } from '../set-aside.ts';
import type { SourcePage } from '../source.ts';
import { AddressBook, type HeldAddress, updateAddresses } from './address-book.ts';
import { loadAddresses, saveAddresses } from './address-store.ts';
import type { DriveStore } from './drive-store.ts';
import { type DriveUser, isId } from './drive-user.ts';
import { findListedUsers, findTokenUser, listDirectoryUsers } from './find-users.ts';
import {
  addressOwnersOfGrants,
  moveOwners,
  type OwnerMove,
  planMoves,
  type StoredOwners,
} from './owner-moves.ts';
import { storedDomains } from './stored-insiders.ts';
import { CHANGE_LOG_STREAM_PREFIX, USERS_STREAM } from './stream-names.ts';

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
  #stored: readonly HeldAddress[];
  #held: readonly HeldAddress[];
  #users: readonly DriveUser[] = [];
  #book: AddressBook;
  /** lower case; with `users: all`, the domains of the Directory */
  #domains: readonly string[] = [];
  #finding: Promise<void> | undefined;

  private constructor(options: DriveUsersOptions, stored: readonly HeldAddress[]) {
    this.#options = options;
    this.#stored = stored;
    this.#held = stored;
    this.#book = new AddressBook([], stored);
  }

  /**
   * Finds the users. If the configuration lists them and only the audit log is read, they are found
   * when an owner is not among the listed addresses: see `findOwners`.
   */
  static async find(options: DriveUsersOptions): Promise<DriveUsers> {
    const { client, config, store, setAside } = options;
    const found = new DriveUsers(options, await loadAddresses(store.db, store.tenant));
    if (config.auth.flow === 'refresh-token') found.#set([await findTokenUser(client)]);
    else if (config.users === 'all') {
      found.#set(await listDirectoryUsers(client, (row) => setAside.add(row)));
      found.#domains = await findDomains(options);
    } else if (config.detect.includes('changes')) await found.#findListed(config.users);
    else found.#set(found.#listedOnRecord(config.users));
    return found;
  }

  /** True if the Directory was read: then every user of the company is known. */
  get areAllKnown(): boolean {
    const { auth, users } = this.#options.config;
    return users === 'all' && auth.flow === 'service-account';
  }

  /** The users whose change logs are read, in the order of their addresses. */
  get readable(): readonly DriveUser[] {
    return this.#users.filter(({ isActive }) => isActive || !this.areAllKnown);
  }

  /** Users whose change logs cannot be read, because they are suspended or archived. */
  get leavers(): readonly DriveUser[] {
    return this.areAllKnown ? this.#users.filter(({ isActive }) => !isActive) : [];
  }

  /** The Directory's domains; empty if it was not read. */
  get domains(): readonly string[] {
    return this.#domains;
  }

  /** All addresses of the users, past ones included. */
  get addresses(): ReadonlySet<string> {
    return this.#book.addresses;
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
    const { db, tenant } = store;
    const cursors = await listCursors(db, tenant);
    const isFirst = !cursors.some(({ stream }) => stream === USERS_STREAM);
    const owners = new Map(
      cursors.flatMap(({ stream, updatedAt }) =>
        stream.startsWith(CHANGE_LOG_STREAM_PREFIX)
          ? [[stream.slice(CHANGE_LOG_STREAM_PREFIX.length), updatedAt]]
          : [],
      ),
    );
    const moves = await this.#moves(owners, isFirst);
    const changed = this.#changed();
    this.#stored = this.#held;
    if (changed.length === 0 && moves.length === 0) return undefined;
    return {
      shares: [],
      stream: USERS_STREAM,
      position: JSON.stringify({ at: new Date(clock.now()).toISOString() }),
      writeInTransaction: async (trx) => {
        await saveAddresses(trx, tenant, changed);
        await moveOwners(trx, tenant, moves);
      },
    };
  }

  async #moves(cursors: StoredOwners, isFirst: boolean): Promise<OwnerMove[]> {
    const { db, tenant } = this.#options.store;
    const ofGrants = isFirst ? await addressOwnersOfGrants(db, tenant) : [];
    const now = this.#options.clock.now();
    const stored = new Map([...ofGrants.map((owner) => [owner, now] as const), ...cursors]);
    return planMoves(stored, this.#book);
  }

  /** The addresses that differ from what is stored, unless the user's id is not known yet. */
  #changed(): HeldAddress[] {
    const stored = new Set(this.#stored.map((held) => JSON.stringify(held)));
    return this.#held.filter((held) => isId(held.userId) && !stored.has(JSON.stringify(held)));
  }

  async #findListed(listed: readonly string[]): Promise<void> {
    this.#set(await findListedUsers(this.#options.client, listed, this.#stored));
  }

  /** What is on record about the listed addresses. */
  #listedOnRecord(listed: readonly string[]): DriveUser[] {
    const byId = Map.groupBy(
      listed.map((email) => email.toLowerCase()),
      (email) => this.#book.idAt(email, Number.POSITIVE_INFINITY) ?? email,
    );
    return [...byId].map(([id, addresses]): DriveUser => {
      const email = this.#book.primaryOf(id) ?? addresses[0] ?? id;
      const all = [...new Set([email, ...addresses])];
      return { id, email, addresses: all, hasAllAddresses: false, isActive: true };
    });
  }

  #set(users: readonly DriveUser[]): void {
    const now = this.#options.clock.now();
    this.#users = users.toSorted((one, other) => (one.email < other.email ? -1 : 1));
    const seen = { users: this.#users, isEveryone: this.areAllKnown, now };
    this.#held = updateAddresses(this.#stored, seen);
    this.#book = new AddressBook(this.#users, this.#held);
  }
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
