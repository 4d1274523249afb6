import type { GoogleDriveConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { isInternalAddress } from '../../share/address.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { Page, SharedDrive } from '../../vendors/google/rows.ts';
import type { SetAside } from '../set-aside.ts';
import type { Place } from './audit-entry.ts';

/** The users and shared drives that are read, and the internal domains. */
export interface Scope {
  /** emails, in order */
  readonly users: readonly string[];
  /** in the order of their ids */
  readonly drives: readonly (Partial<SharedDrive> & { readonly id: string })[];
  /** lower case: the configured domains and the Directory's */
  readonly domains: readonly string[];
  /** The person's name in the Directory; undefined if the Directory was not read. */
  nameOf(email: string): string | undefined;
  /** True if items at this place are in scope. */
  includes(place: Place): boolean;
  /** The accounts that can read a shared drive, best first. Throws UserError if there are none. */
  readersOf(driveId: string): Promise<readonly string[]>;
  /** True if the last reader of a shared drive can be reused without listing its members. */
  mayStillRead(driveId: string, email: string): boolean;
}

export interface ScopeOptions {
  readonly client: GoogleClient;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  /** adds the tenant's name to each line */
  readonly log: Logger;
  readonly setAside: Pick<SetAside, 'add'>;
}

/** Drive guide: roles with write access. Readers do not see who else has access. */
const WRITERS = ['organizer', 'fileOrganizer', 'writer'];
/** members that are tried before a shared drive counts as unreadable */
const READERS_MAX = 3;

export async function findScope(options: ScopeOptions): Promise<Scope> {
  const { client, config, internalDomains } = options;
  const names = new Map<string, string>();
  const users = await usersOf(options, names);
  const readsDirectory = config.users === 'all' && config.auth.flow === 'service-account';
  const domains = readsDirectory
    ? [...new Set([...internalDomains, ...(await client.listDomains())])].sort()
    : [...internalDomains];
  const drives = await drivesOf(options);
  const userSet = new Set(users);
  const driveIds = new Set(drives.map(({ id }) => id));
  const readers = new Map<string, Promise<readonly string[]>>();
  const isReader = (email: string) =>
    readsDirectory ? userSet.has(email) : isInternalAddress(email, domains);
  return {
    users,
    drives,
    domains,
    nameOf: (email) => names.get(email),
    includes: (place) =>
      'driveId' in place ? driveIds.has(place.driveId) : userSet.has(place.owner),
    readersOf: (driveId) => {
      const found = readers.get(driveId) ?? readersOf(options, driveId, isReader);
      readers.set(driveId, found);
      // Each caller handles the error; without a caller, it must not end the process.
      found.catch(() => {});
      return found;
    },
    mayStillRead: (driveId, email) =>
      typeof config.sharedDrives === 'string'
        ? isReader(email)
        : listedReaders(config.sharedDrives, driveId).includes(email),
  };
}

/**
 * `names` receives the names by address, including those of suspended users, who may have shared
 * files before. They come with the list of users, without another call, and take no more memory.
 */
async function usersOf(
  { client, config, log, setAside }: ScopeOptions,
  names: Map<string, string>,
): Promise<string[]> {
  if (config.auth.flow === 'refresh-token') return [(await client.whoAmI('')).email];
  if (config.users !== 'all') {
    return [...new Set(config.users.map((email) => email.toLowerCase()))].sort();
  }
  const active: string[] = [];
  let inactive = 0;
  for await (const { rows, faulty = [] } of client.listUsers()) {
    for (const row of faulty) setAside.add(row);
    for (const { email, name, suspended, archived } of rows) {
      if (name !== undefined) names.set(email, name);
      if (suspended || archived) inactive += 1;
      else active.push(email);
    }
  }
  log.info('Google users', { active: active.length, suspendedOrArchived: inactive });
  return [...new Set(active)].sort();
}

async function drivesOf({ client, config, setAside }: ScopeOptions): Promise<Scope['drives']> {
  const { sharedDrives } = config;
  if (sharedDrives === 'none') return [];
  const drives =
    sharedDrives === 'all'
      ? await collectRows(client.listDrives(), (row) => setAside.add(row))
      : sharedDrives.map(({ id }) => ({ id }));
  const byId = new Map(drives.map((drive) => [drive.id, drive]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function readersOf(
  { client, config: { sharedDrives }, setAside }: ScopeOptions,
  driveId: string,
  isReader: (email: string) => boolean,
): Promise<readonly string[]> {
  if (typeof sharedDrives !== 'string') return listedReaders(sharedDrives, driveId);
  const members = await collectRows(client.listDriveMembers(driveId), (row) =>
    setAside.add({ ...row, id: `${row.id} of shared drive ${driveId}` }),
  );
  const readers = members
    .flatMap(({ type, deleted, email, role }) =>
      type === 'user' && !deleted && email && WRITERS.includes(role) ? [{ email, role }] : [],
    )
    .filter(({ email }) => isReader(email))
    .sort(
      (one, other) =>
        WRITERS.indexOf(one.role) - WRITERS.indexOf(other.role) ||
        (one.email < other.email ? -1 : 1),
    );
  if (readers.length > 0) return readers.slice(0, READERS_MAX).map(({ email }) => email);
  throw new UserError(`shared drive ${driveId} has no internal member with write access`, {
    hint:
      'Make an active user a contributor or manager of the drive, or list the drives to read under ' +
      'googleDrive.sharedDrives, each with `as`.',
  });
}

function listedReaders(
  sharedDrives: Exclude<GoogleDriveConfig['sharedDrives'], string>,
  driveId: string,
): readonly string[] {
  return sharedDrives.filter(({ id }) => id === driveId).map(({ as }) => as.toLowerCase());
}

/** Collects all rows of a short list, such as drives or one item's permissions. */
export async function collectRows<Row>(
  pages: AsyncGenerator<Page<Row>>,
  onFaultyRow: (row: FaultyRow) => void,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const { rows, faulty = [] } of pages) {
    all.push(...rows);
    faulty.forEach(onFaultyRow);
  }
  return all;
}
