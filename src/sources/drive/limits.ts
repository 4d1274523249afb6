/** The limits of this module, by name and unit. */

export const DRIVE_LIMITS = {
  /** grants by one person on one file up to this long after the first are one act */
  actMsMax: 60_000,
  /** entries of the audit log that become visible late are found by reading so far back */
  lookBackMs: 24 * 60 * 60_000,
  /** the audit log is read from so long before the start: Google's clock may be as far behind ours */
  auditLeadMs: 15 * 60_000,
  /**
   * A window of history is read from so long before it: acts in a row, by one person on one file,
   * are told apart from where a minute was quiet. Nobody, and hardly a script, goes on for a day
   */
  historyMarginMs: 24 * 60 * 60_000,
  /** Google: entries of the audit log are kept 180 days */
  auditLogKeptMs: 180 * 24 * 60 * 60_000,
  /** handled entries are kept so long before the last reading, to be known when they come again */
  entriesKeptMs: 48 * 60 * 60_000,
  /** what one act brings about may have times so far apart */
  changeLagMs: 5_000,
  /** entries of the audit log that acts are formed from together */
  entriesPerPageMax: 1_000,
  /** users and drives whose first page is under way together */
  streamsAtOnceMax: 16,
  /** users who are tried again at the end, since a stranger is refused as a missing scope is */
  streamsPutOffMax: 5,
  /** permissions and files that are asked for one by one, together */
  itemsAtOnceMax: 8,
  /** users and drives in a row that cannot be read, after which the rest is not tried */
  failuresInRowMax: 20,
  /** users and drives that a run's errors name one by one; the others are counted */
  failuresNamedMax: 10,
} as const;
