// The database stores these names. Changing one makes every tenant start from the beginning.

/** The streams of all sync cursors start with it. */
export const DRIVE_STREAM = 'drive';
export const INTERNAL_DOMAINS_STREAM = `${DRIVE_STREAM}/internal-domains`;
/** Advances when rows that were set aside are read after all. */
export const SET_ASIDE_STREAM = `${DRIVE_STREAM}/set-aside`;
export const SCOPE_STREAM = `${DRIVE_STREAM}/scope`;
/** Which users were found, and when their stored addresses last changed. */
export const USERS_STREAM = `${DRIVE_STREAM}/users`;
/** The shared drives that no one can be found to read. */
export const UNREAD_DRIVES_STREAM = `${DRIVE_STREAM}/unread-drives`;
/** The stream of a change log is this prefix plus the log's owner. */
export const CHANGE_LOG_STREAM_PREFIX = `${DRIVE_STREAM}/changes/`;

/** The stream of one kind of audit log entry; `prefix` is the audit partition's. */
export function auditLogStream(prefix: string, eventName: string): string {
  return `${prefix}/audit-log/${eventName}`;
}

/** The stream that records how far share actions are formed from staged entries. */
export function shareActionStream(prefix: string): string {
  return `${prefix}/acts`;
}

const USER_OWNER_PREFIX = 'user/';

/** The owner of items in a user's My Drive, as the grant table stores it. */
export function userOwner(id: string): string {
  return `${USER_OWNER_PREFIX}${id}`;
}

/** The id in the owner of a My Drive; an address if an earlier version stored it. */
export function userNameIn(owner: string): string | undefined {
  return owner.startsWith(USER_OWNER_PREFIX) ? owner.slice(USER_OWNER_PREFIX.length) : undefined;
}

/** The owner of items on a shared drive, as the grant table stores it. */
export function driveOwner(driveId: string): string {
  return `drive/${driveId}`;
}
