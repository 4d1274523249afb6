import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { type Insiders, isInsider } from '../../share/address.ts';
import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { SharedDrive } from '../../vendors/google/rows.ts';
import type { SetAside } from '../set-aside.ts';
import type { Place } from './audit-entry.ts';
import { collectRows } from './collect-rows.ts';
import type { DriveStore } from './drive-store.ts';
import { DriveUsers } from './drive-users.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { findReaders, listedReaders } from './shared-drive-readers.ts';
import { driveOwner, userOwner } from './stream-names.ts';

/** The users and shared drives that are read, and who is internal. */
export interface Scope {
  readonly users: DriveUsers;
  /** in the order of their ids */
  readonly drives: readonly (Partial<SharedDrive> & { readonly id: string })[];
  /** the configured domains, the Directory's, and the addresses of the users */
  readonly insiders: Insiders;
  /** True if items that were at this place at `at` (epoch milliseconds) are in scope. */
  includes(place: Place, at: number): boolean;
  /** The owner of items at this place, as the grant table stores it. */
  ownerOf(place: Place, at: number): string;
  /** The accounts that can read a shared drive, best first. Throws UserError if there are none. */
  readersOf(driveId: string): Promise<readonly string[]>;
  /**
   * The account of a shared drive's last reader, if it can be reused without listing the drive's
   * members; otherwise undefined.
   */
  lastReaderOf(driveId: string, email: string): string | undefined;
  /** The present address of a user of the company who can be acted as, by any of their addresses. */
  accountOf(email: string): string | undefined;
}

export interface ScopeOptions {
  readonly client: GoogleFinder;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  readonly store: DriveStore;
  readonly clock: Clock;
  /** adds the tenant's name to each line */
  readonly log: Logger;
  readonly setAside: Pick<SetAside, 'add'>;
}

export async function findScope(options: ScopeOptions): Promise<Scope> {
  const users = await DriveUsers.find(options);
  const { readable, leavers } = users.counts();
  options.log.info('Google users', {
    active: readable,
    suspendedOrArchived: leavers,
  });
  return new FoundScope(options, users, await drivesOf(options));
}

class FoundScope implements Scope {
  readonly users: DriveUsers;
  readonly drives: Scope['drives'];
  readonly #options: ScopeOptions;
  readonly #domains: readonly string[];
  readonly #driveIds: ReadonlySet<string>;
  readonly #readers = new Map<string, Promise<readonly string[]>>();

  constructor(options: ScopeOptions, users: DriveUsers, drives: Scope['drives']) {
    const { internalDomains } = options;
    this.users = users;
    this.drives = drives;
    this.#options = options;
    this.#domains =
      users.domains.length === 0
        ? internalDomains
        : [...new Set([...internalDomains, ...users.domains])].sort();
    this.#driveIds = new Set(drives.map(({ id }) => id));
  }

  get insiders(): Insiders {
    const { forgotten } = this.#options.store;
    const { addresses } = this.users;
    return { domains: this.#domains, addresses, ...(forgotten && { forgotten }) };
  }

  includes(place: Place, at: number): boolean {
    return 'driveId' in place
      ? this.#driveIds.has(place.driveId)
      : this.users.isOwner(place.owner, at);
  }

  ownerOf(place: Place, at: number): string {
    return 'driveId' in place
      ? driveOwner(place.driveId)
      : userOwner(this.users.idAt(place.owner, at));
  }

  readersOf(driveId: string): Promise<readonly string[]> {
    const { client, config, setAside } = this.#options;
    const found =
      this.#readers.get(driveId) ??
      findReaders(
        {
          client,
          setAside,
          sharedDrives: config.sharedDrives,
          accountOf: (email) => this.accountOf(email),
          isInsider: (email) => isInsider(email, this.insiders),
        },
        driveId,
      );
    this.#readers.set(driveId, found);
    // Each caller handles the error; without a caller, it must not end the process.
    found.catch(() => {});
    return found;
  }

  lastReaderOf(driveId: string, email: string): string | undefined {
    const { sharedDrives } = this.#options.config;
    if (typeof sharedDrives === 'string') return this.accountOf(email);
    const account = this.accountOf(email) ?? email;
    const listed = listedReaders(sharedDrives, driveId, (as) => this.accountOf(as));
    return listed.find((reader) => reader === account);
  }

  accountOf(email: string): string | undefined {
    const user = this.users.userAt(email, this.#options.clock.now());
    if (user !== undefined) return user.isActive ? user.email : undefined;
    // Without the Directory, not every user of the company is known.
    return !this.users.areAllKnown && isInsider(email, this.insiders) ? email : undefined;
  }
}

async function drivesOf({ client, config, setAside }: ScopeOptions): Promise<Scope['drives']> {
  const { sharedDrives } = config;
  if (sharedDrives === 'none') return [];
  const drives =
    sharedDrives === 'all'
      ? await collectRows(client.listDrives(), {
          rowsMax: DRIVE_LIMITS.sharedDrivesMax,
          onFaultyRow: (row) => setAside.add(row),
        })
      : sharedDrives.map(({ id }) => ({ id }));
  const byId = new Map(drives.map((drive) => [drive.id, drive]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
