/** The limits of this module, by name and unit. */

export const LOOK_UP_LIMITS = {
  /**
   * What is named, then the Contact or the Account that it leads to, then deals and roles: no way
   * is longer
   */
  roundsMax: 3,
  /** RFC 5321: 64 characters before the @ and 255 after it; nobody has a longer address */
  emailLengthMax: 320,
  /** domains of one query; each takes three conditions, which are not indexed */
  domainsPerQueryMax: 100,
  /** opportunities created up to this long after the last share are read, to be named as late */
  lateCreationMs: 7 * 24 * 60 * 60_000,
} as const;

export const REASON_LIMITS = {
  /** records that one sentence lists by name; the others are counted */
  recordsListedMax: 5,
  /** recipients of one share, and their Accounts, that have sentences of their own */
  peopleExplainedMax: 20,
  nameLengthMax: 80,
} as const;
