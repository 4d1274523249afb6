import type { Account, User } from '../../vendors/google/rows.ts';

/** A person with a Drive, whatever their addresses. */
export interface DriveUser {
  /** stays the same when the user is renamed; part of stored names */
  readonly id: string;
  /** the primary address */
  readonly email: string;
  /** lower case, the primary address included */
  readonly addresses: readonly string[];
  /** false: the Directory, which knows all addresses, was not read */
  readonly hasAllAddresses: boolean;
  readonly name?: string;
  /** Google refuses every request on behalf of a suspended or archived user. */
  readonly isActive: boolean;
  /** epoch milliseconds */
  readonly createdAt?: number;
}

/** Without the Directory, Drive's own id of the account identifies the user. */
const PERMISSION_ID_PREFIX = 'permission:';

export function userOfDirectory(user: User): DriveUser {
  const { id, email, aliases, name, suspended, archived, createdTime } = user;
  return {
    id,
    email,
    addresses: [...new Set([email, ...aliases])],
    hasAllAddresses: true,
    ...(name !== undefined && { name }),
    isActive: !suspended && !archived,
    ...(createdTime !== undefined && { createdAt: createdTime }),
  };
}

/** `listedAs`: the address that the configuration names. */
export function userOfAccount({ email, name, permissionId }: Account, listedAs = email): DriveUser {
  return {
    id: permissionId === undefined ? email : `${PERMISSION_ID_PREFIX}${permissionId}`,
    email,
    addresses: [...new Set([email, listedAs])],
    hasAllAddresses: false,
    ...(name !== undefined && { name }),
    isActive: true,
  };
}

/** Which of Google's two ids of an account this is: one user can have been stored under both. */
export function kindOfId(id: string): 'permission' | 'directory' {
  return id.startsWith(PERMISSION_ID_PREFIX) ? 'permission' : 'directory';
}

/** False for an address, which represents a user whose id is not known. */
export function isId(id: string): boolean {
  return !id.includes('@');
}
