import type { Timetable } from '../../src/scheduler/due-times.ts';
import { COMPANY } from './model-limits.ts';
import type { Random } from './random.ts';

export interface SimulatedTenant {
  readonly index: number;
  readonly timetable: Timetable;
  /** index of its Gong account */
  readonly account: number;
  /** on a working day */
  readonly sharesPerDay: number;
  readonly users: number;
  readonly hasDrive: boolean;
  /** day of the simulation on which its history is queued */
  readonly backfillDay: number;
}

/** Where companies are, weighted; half of the zones change their clocks. */
const TIMEZONES: readonly (readonly [string, number])[] = [
  ['America/New_York', 18],
  ['America/Chicago', 9],
  ['America/Denver', 3],
  ['America/Los_Angeles', 14],
  ['America/Sao_Paulo', 4],
  ['Europe/London', 9],
  ['Europe/Berlin', 9],
  ['Europe/Paris', 7],
  ['Europe/Helsinki', 2],
  ['Africa/Johannesburg', 1],
  ['Asia/Jerusalem', 3],
  ['Asia/Dubai', 1],
  ['Asia/Kolkata', 7],
  ['Asia/Singapore', 4],
  ['Asia/Tokyo', 4],
  ['Australia/Sydney', 4],
  ['Australia/Lord_Howe', 0.2],
  ['Pacific/Auckland', 0.8],
];

/** Most companies keep the schedule that `init` proposes. 02:30 is skipped or repeated by DST. */
const SCHEDULES: readonly (readonly [string, number])[] = [
  ['0 2 * * *', 60],
  ['0 0 * * *', 8],
  ['0 1 * * *', 8],
  ['30 2 * * *', 4],
  ['0 3 * * *', 10],
  ['0 4 * * *', 5],
  ['0 5 * * *', 5],
];

export function createPopulation(
  random: Random,
  size: { readonly tenants: number; readonly days: number },
): SimulatedTenant[] {
  let accounts = 0;
  return Array.from({ length: size.tenants }, (_, index) => {
    const isShared = accounts > 0 && random.chance(COMPANY.sharedAccountShare);
    const account = isShared ? accounts - 1 : accounts;
    if (!isShared) accounts += 1;
    const sharesPerDay = random.logNormal(COMPANY.sharesMedian, COMPANY.sharesSigma);
    return {
      index,
      timetable: { schedule: random.pick(SCHEDULES), timezone: random.pick(TIMEZONES) },
      account,
      sharesPerDay,
      users: Math.ceil(sharesPerDay * COMPANY.usersPerShare),
      hasDrive: random.chance(COMPANY.driveShare),
      backfillDay: random.whole(size.days),
    };
  });
}
