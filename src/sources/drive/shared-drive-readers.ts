import type { GoogleDriveConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import { comparedAddress } from '../../share/address.ts';
import type { GoogleFinder } from '../../vendors/google/google-client.ts';
import type { Permission } from '../../vendors/google/rows.ts';
import type { SetAside } from '../set-aside.ts';
import { collectRows } from './collect-rows.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Drive guide: roles with write access. Readers do not see who else has access. */
const WRITERS = ['organizer', 'fileOrganizer', 'writer'];
/** members that are tried before a shared drive counts as unreadable */
const READERS_MAX = 3;

/** Only groups have write access to a shared drive. Google does not show us who is in them. */
export class GroupOnlyDrive extends UserError {}

export interface MembersOptions {
  readonly client: GoogleFinder;
  readonly sharedDrives: GoogleDriveConfig['sharedDrives'];
  /** The account of an internal member that can be read as; undefined if no such member exists. */
  readonly accountOf: (email: string) => string | undefined;
  readonly isInsider: (email: string) => boolean;
  readonly setAside: Pick<SetAside, 'add'>;
}

/** The accounts that can read a shared drive, best first. Throws UserError if there are none. */
export async function findReaders(
  { client, sharedDrives, accountOf, isInsider, setAside }: MembersOptions,
  driveId: string,
): Promise<readonly string[]> {
  if (typeof sharedDrives !== 'string') return listedReaders(sharedDrives, driveId, accountOf);
  const members = await collectRows(client.listDriveMembers(driveId), {
    rowsMax: DRIVE_LIMITS.permissionsPerItemMax,
    onFaultyRow: (row) => setAside.add({ ...row, id: `${row.id} of shared drive ${driveId}` }),
  });
  const writers = members.filter(({ role, deleted }) => WRITERS.includes(role) && !deleted);
  const readers = writers
    .flatMap(({ type, email, role }) => {
      const account = type === 'user' && email ? accountOf(comparedAddress(email)) : undefined;
      return account === undefined ? [] : [{ account, rank: WRITERS.indexOf(role) }];
    })
    .sort((one, other) => one.rank - other.rank || (one.account < other.account ? -1 : 1))
    .map(({ account }) => account);
  if (readers.length > 0) return [...new Set(readers)].slice(0, READERS_MAX);
  throw withoutReader(driveId, writers, isInsider);
}

/** `as` can be an alias. If it is no active user's, reading as them reports why. */
export function listedReaders(
  sharedDrives: Exclude<GoogleDriveConfig['sharedDrives'], string>,
  driveId: string,
  accountOf: MembersOptions['accountOf'],
): readonly string[] {
  const listed = sharedDrives.filter(({ id }) => id === driveId);
  return listed.map(({ as }) => comparedAddress(as)).map((as) => accountOf(as) ?? as);
}

function withoutReader(
  driveId: string,
  writers: readonly Permission[],
  isInsider: (email: string) => boolean,
): UserError {
  const isGroup = ({ type, email = '' }: Permission) => type === 'group' && isInsider(email);
  if (writers.some(isGroup)) {
    return new GroupOnlyDrive(`only groups have write access to shared drive ${driveId}`, {
      hint: READER,
    });
  }
  return new UserError(`shared drive ${driveId} has no internal member with write access`, {
    hint: READER,
  });
}

const READER =
  'Make an active user a contributor or manager of the drive, or list the drives to read under ' +
  'googleDrive.sharedDrives, each with `as`.';
