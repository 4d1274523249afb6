/**
 * Names that are stored in the database. Changing one makes every tenant start from the beginning.
 */

/** Every cursor of a sync starts with it. */
export const DRIVE_STREAM = 'drive';
export const INTERNAL_DOMAINS_STREAM = `${DRIVE_STREAM}/internal-domains`;
/** The change-log cursor of a user or shared drive is this prefix plus its owner. */
export const CHANGE_LOG_STREAM_PREFIX = `${DRIVE_STREAM}/changes/`;

/** How far one kind of audit log entry is read; `prefix` comes from the audit partition. */
export function auditLogStream(prefix: string, eventName: string): string {
  return `${prefix}/audit-log/${eventName}`;
}

/** How far share actions are formed from the entries that were read. */
export function shareActionStream(prefix: string): string {
  return `${prefix}/acts`;
}

/** The owner of an item, as the grant table stores it. */
export function ownerUser(email: string): string {
  return `user/${email}`;
}

/** The owner of an item on a shared drive, as the grant table stores it. */
export function ownerDrive(driveId: string): string {
  return `drive/${driveId}`;
}
