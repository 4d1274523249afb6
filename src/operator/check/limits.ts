import { STOP_LIMITS } from '../../lib/limits.ts';

/** The limits of this module, by name and unit. */

export const CHECK_LIMITS = {
  /** for all vendors of all tenants; with the drain, the command ends within 30 s */
  vendorsMsMax: 20_000,
  /** for requests that cannot be aborted, after the vendors' time */
  drainMsMax: STOP_LIMITS.drainMsMax,
  tenantsAtOnceMax: 16,
  requestsAtOnceMax: 5,
  /** someone waits for the result: the part of a run's delay between attempts that is used */
  retryDelayPart: 0.1,
  /** free bytes next to the database; an event has about 3 kB */
  freeBytesMin: 50_000_000,
  freeBytesLow: 500_000_000,
  /** the part of the org's API calls that should be left */
  apiCallsPartLow: 0.1,
  /** how far this machine's clock can differ from a vendor's */
  clockDifferenceMsMax: 60_000,
  /** users whose Drive is opened, if all users are read */
  usersSampled: 50,
  /** listed users and shared drives that are opened one by one */
  usersProbedMax: 200,
  drivesProbedMax: 100,
  drivesAtOnceMax: 8,
  /** names in one message; the others are counted */
  namesShown: 10,
  /** of users and of shared drives, when all are listed */
  listedPagesMax: 20,
  dueTimesShown: 3,
} as const;
