// The database stores these names. Changing one makes every tenant start from the beginning.

/** The streams of all sync cursors start with it. */
export const DRIVE_STREAM = 'drive';
export const INTERNAL_DOMAINS_STREAM = `${DRIVE_STREAM}/internal-domains`;
/** Advances when rows that were set aside are read after all. */
export const SET_ASIDE_STREAM = `${DRIVE_STREAM}/set-aside`;
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

/** The owner of items in a user's My Drive, as the grant table stores it. */
export function userOwner(email: string): string {
  return `user/${email}`;
}

/** The owner of items on a shared drive, as the grant table stores it. */
export function driveOwner(driveId: string): string {
  return `drive/${driveId}`;
}
