import { createTask, parse } from 'node-cron';
import { firstMoment, localTime, setBackMs } from './local-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 29 February on a Monday comes every 28 years, and once in 40 where a century has no such day. */
const DAYS_SEARCHED_MAX = 366 * 41;
const CALENDARS_MAX = 1_000;
const calendars = new Map<string, Calendar>();

/** A five-field cron expression, as the configuration's check lets through, and its IANA timezone. */
export interface Timetable {
  readonly schedule: string;
  readonly timezone: string;
}

/** What an expression means on the wall's clock, where no day is short or long. */
interface Calendar {
  /** minutes of the day, in order */
  readonly minutes: readonly number[];
  /** for the midnight of a day, as epoch milliseconds of UTC */
  readonly hasDay: (midnight: number) => boolean;
}

/**
 * The first due time after `after`, in epoch milliseconds; Infinity where there is none.
 *
 * Each time on the wall's clock is due once: one that spring leaves out at the moment of the
 * change, one that autumn brings twice at its first coming. node-cron's own times leave out the
 * night of the spring change, so it says what an expression means and we say when that is.
 */
export function nextDue({ schedule, timezone }: Timetable, after: number): number {
  const local = localTime(timezone, after);
  for (const wall of wallTimes(schedule, { from: local, days: 'onward' })) {
    const due = firstMoment(timezone, wall);
    if (due > after) return due;
  }
  return Number.POSITIVE_INFINITY;
}

/** The last due time until `until` (itself included), in epoch milliseconds; -Infinity for none. */
export function previousDue({ schedule, timezone }: Timetable, until: number): number {
  const local = localTime(timezone, until) + setBackMs(timezone, until);
  for (const wall of wallTimes(schedule, { from: local, days: 'backward' })) {
    const due = firstMoment(timezone, wall);
    if (due <= until) return due;
  }
  return Number.NEGATIVE_INFINITY;
}

/** Onward: the times later than `from`, in order. Backward: `from` and earlier, last first. */
function* wallTimes(
  schedule: string,
  search: { readonly from: number; readonly days: 'onward' | 'backward' },
): Generator<number> {
  const { from } = search;
  const onward = search.days === 'onward';
  const { minutes, hasDay } = calendarOf(schedule);
  const ordered = onward ? minutes : minutes.toReversed();
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = 0; day <= DAYS_SEARCHED_MAX; day += 1) {
    const midnight = today + (onward ? day : -day) * DAY_MS;
    if (!hasDay(midnight)) continue;
    for (const minute of ordered) {
      const wall = midnight + minute * MINUTE_MS;
      if (wall > from === onward) yield wall;
    }
  }
}

function calendarOf(schedule: string): Calendar {
  const known = calendars.get(schedule);
  if (known) return known;
  if (calendars.size >= CALENDARS_MAX) calendars.clear();
  const calendar = readCalendar(schedule);
  calendars.set(schedule, calendar);
  return calendar;
}

/** Days are node-cron's to judge: it knows `L`, `15W`, `mon#2`, and takes both day fields together. */
function readCalendar(schedule: string): Calendar {
  const { hour, minute } = parse(schedule);
  const minutes = [
    ...new Set(hour.flatMap((at) => minute.map((past) => at * HOUR_MINUTES + past))),
  ].sort((a, b) => a - b);
  const first = (minutes[0] ?? 0) * MINUTE_MS;
  // In UTC, where node-cron's times are right: a time on the wall is a time of UTC here.
  const matcher = createTask(schedule, () => {}, { timezone: 'UTC' });
  // Out of node-cron's list of tasks; matching needs no place in it.
  void matcher.destroy();
  return { minutes, hasDay: (midnight) => matcher.match(new Date(midnight + first)) };
}
