/** The limits of this module, by name and unit. */

export const LOOK_UP_LIMITS = {
  /** the references, then the Contact or Account they lead to, then Opportunities and roles */
  roundsMax: 3,
  /** domains per query; each takes three conditions on an unindexed field */
  domainsPerQueryMax: 100,
  /** reads Opportunities created up to this long after the last share, to mention in reasons */
  lateCreationMs: 7 * 24 * 60 * 60_000,
} as const;

export const REASON_LIMITS = {
  /** records that one sentence lists by name; the rest are counted */
  recordsListedMax: 5,
  /** recipients of one share, and their Accounts, that the reasons explain one by one */
  peopleExplainedMax: 20,
  nameLengthMax: 80,
} as const;
