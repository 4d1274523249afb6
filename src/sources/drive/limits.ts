/** The limits of this module, by name and unit. */

const DAY_MS = 24 * 60 * 60_000;
/** Google deletes entries of the audit log after this many days. */
export const AUDIT_LOG_DAYS = 180;

export const DRIVE_LIMITS = {
  /** grants by one person on one file within this time after the first are one share action */
  actionMsMax: 60_000,
  /** each run rereads the audit log this far back, because entries become visible late */
  lookBackMs: 24 * 60 * 60_000,
  /** how long before the start the audit log is read: Google's clock may be this far behind ours */
  auditLeadMs: 15 * 60_000,
  /**
   * A backfill reads this far before its window. Consecutive actions by one person on one file can
   * only be separated after a quiet minute; no person, and hardly a script, shares all day without one
   */
  backfillMarginMs: 24 * 60 * 60_000,
  /** Google rejects a query that starts earlier */
  auditLogKeptMs: AUDIT_LOG_DAYS * DAY_MS,
  /** how much later than that a query starts: reading all its pages takes time */
  auditLogMarginMs: 60 * 60_000,
  /** handled entries are kept this long before the last reading, to recognize them when reread */
  handledEntriesKeptMs: 48 * 60 * 60_000,
  /** times that Google logs for one operation can differ by this much */
  changeLagMs: 5_000,
  /** entries about creations are queried together if the grants to explain are this close */
  creationGapMsMax: 60_000,
  /** a change can be dated this much before the audit log's entry about it */
  clockSkewMs: 1_000,
  /** the same grant that is logged again within this time is one grant */
  repeatedGrantMsMax: 10 * 60_000,
  /** audit log entries that are grouped into share actions together */
  entriesPerPageMax: 1_000,
  /** change logs that are read concurrently */
  changeLogsAtOnceMax: 16,
  /** change logs that are retried at the end: Google reports a user of another Workspace and a
   * missing scope with the same error */
  changeLogsDeferredMax: 5,
  /** files and permission lists that are requested concurrently */
  itemsAtOnceMax: 8,
  /** files that a run remembers, to read each once: more than two pages of the audit log show */
  filesKeptMax: 3_000,
  /** users of a Workspace: each takes some 250 bytes of memory */
  usersMax: 400_000,
  /** shared drives of a Workspace: each takes some 350 bytes of memory */
  sharedDrivesMax: 200_000,
  /** permissions of one item; Google allows some hundred */
  permissionsPerItemMax: 20_000,
  /** consecutive users and drives that cannot be read before the reading stops */
  failuresInRowMax: 20,
  /** users and drives that a run's errors name individually; the others are counted */
  failuresNamedMax: 10,
} as const;
