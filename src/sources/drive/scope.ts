import type { GoogleDriveConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { isInternalAddress } from '../../share/address.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { Page, SharedDrive } from '../../vendors/google/rows.ts';
import type { Place } from './audit-entry.ts';

/** Whose files are read, and what counts as inside. */
export interface Scope {
  /** emails, in order */
  readonly users: readonly string[];
  /** in the order of their ids */
  readonly drives: readonly (Partial<SharedDrive> & { readonly id: string })[];
  /** lower case; the configured ones and the Directory's */
  readonly domains: readonly string[];
  /** What the Directory calls the person; undefined where it was not asked for. */
  nameOf(email: string): string | undefined;
  /** Whether what happens there is the tenant's. */
  includes(place: Place): boolean;
  /** As whom a shared drive may be read, the best first; throws UserError where there is nobody. */
  readersOf(driveId: string): Promise<readonly string[]>;
  /** Whether who read a shared drive last time may be asked again without looking for a reader. */
  mayStillRead(driveId: string, email: string): boolean;
}

export interface ScopeOptions {
  readonly client: GoogleClient;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  /** knows for which tenant */
  readonly log: Logger;
}

/** Drive guide: these roles may write; readers do not see who has access. */
const WRITERS = ['organizer', 'fileOrganizer', 'writer'];
/** members that are tried one after the other, before a drive counts as not to be read */
const READERS_MAX = 3;

export async function findScope(options: ScopeOptions): Promise<Scope> {
  const { client, config, internalDomains } = options;
  const names = new Map<string, string>();
  const users = await usersOf(options, names);
  const ofDirectory = config.users === 'all' && config.auth.flow === 'service-account';
  const domains = ofDirectory
    ? [...new Set([...internalDomains, ...(await client.listDomains())])].sort()
    : [...internalDomains];
  const drives = await drivesOf(options);
  const userSet = new Set(users);
  const driveIds = new Set(drives.map(({ id }) => id));
  const readers = new Map<string, Promise<readonly string[]>>();
  const isReader = (email: string) =>
    ofDirectory ? userSet.has(email) : isInternalAddress(email, domains);
  return {
    users,
    drives,
    domains,
    nameOf: (email) => names.get(email),
    includes: (place) =>
      'driveId' in place ? driveIds.has(place.driveId) : userSet.has(place.owner),
    readersOf: (driveId) => {
      const known = readers.get(driveId) ?? readersOf(options, driveId, isReader);
      readers.set(driveId, known);
      // Whoever asks is told; nobody asking is no reason to end the process.
      known.catch(() => {});
      return known;
    },
    mayStillRead: (driveId, email) =>
      typeof config.sharedDrives === 'string'
        ? isReader(email)
        : readersListed(config.sharedDrives, driveId).includes(email),
  };
}

/**
 * `names` takes what the list of users says besides, by address: it costs no further call, and no
 * more memory than the users themselves. Who is suspended now may have shared before.
 */
async function usersOf(
  { client, config, log }: ScopeOptions,
  names: Map<string, string>,
): Promise<string[]> {
  if (config.auth.flow === 'refresh-token') return [(await client.whoAmI('')).email];
  if (config.users !== 'all') {
    return [...new Set(config.users.map((email) => email.toLowerCase()))].sort();
  }
  const active: string[] = [];
  let passedOver = 0;
  for await (const { rows } of client.listUsers()) {
    for (const { email, name, suspended, archived } of rows) {
      if (name !== undefined) names.set(email, name);
      if (suspended || archived) passedOver += 1;
      else active.push(email);
    }
  }
  log.info('Google users', { active: active.length, suspendedOrArchived: passedOver });
  return [...new Set(active)].sort();
}

async function drivesOf({ client, config }: ScopeOptions): Promise<Scope['drives']> {
  const { sharedDrives } = config;
  if (sharedDrives === 'none') return [];
  const drives =
    sharedDrives === 'all'
      ? await collect(client.listDrives())
      : sharedDrives.map(({ id }) => ({ id }));
  const byId = new Map(drives.map((drive) => [drive.id, drive]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function readersOf(
  { client, config: { sharedDrives } }: ScopeOptions,
  driveId: string,
  isReader: (email: string) => boolean,
): Promise<readonly string[]> {
  if (typeof sharedDrives !== 'string') return readersListed(sharedDrives, driveId);
  const members = await collect(client.listDriveMembers(driveId));
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
  throw new UserError(`shared drive ${driveId} has no member of the company who may write there`, {
    hint:
      'Make an active user its contributor or manager, as whom it can be read, or list the drives ' +
      'that matter under googleDrive.sharedDrives, each with `as`.',
  });
}

function readersListed(
  sharedDrives: Exclude<GoogleDriveConfig['sharedDrives'], string>,
  driveId: string,
): readonly string[] {
  return sharedDrives.filter(({ id }) => id === driveId).map(({ as }) => as.toLowerCase());
}

/** All rows of a list that is short: drives, or one item's permissions. */
export async function collect<Row>(pages: AsyncGenerator<Page<Row>>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const { rows } of pages) all.push(...rows);
  return all;
}
