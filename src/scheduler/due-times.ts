import { createTask, parse } from 'node-cron';
import { firstMoment, localTime, setBackMs } from '../lib/local-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 29 February falls on a Monday every 28 years, or 40 across a century without a leap day. */
const DAYS_SEARCHED_MAX = 366 * 41;
const CALENDARS_MAX = 1_000;
const calendars = new Map<string, Calendar>();

/** A valid five-field cron expression and its IANA timezone. */
export interface Timetable {
  readonly schedule: string;
  readonly timezone: string;
}

/** The meaning of an expression in wall-clock time, in which every day has 24 hours. */
interface Calendar {
  /** minutes of the day, in order */
  readonly minutes: readonly number[];
  /** takes the midnight of the day, as epoch milliseconds in UTC */
  readonly hasDay: (midnight: number) => boolean;
}

/**
 * The first due time after `after`, in epoch milliseconds; Infinity if it is never due.
 *
 * Each wall-clock time is due once: at the transition if daylight saving skips it, and at its first
 * occurrence if daylight saving repeats it. node-cron itself skips the night of the spring
 * transition, so this module uses only its parser and its matching of days.
 */
export function nextDue({ schedule, timezone }: Timetable, after: number): number {
  const local = localTime(timezone, after);
  for (const wall of wallTimes(schedule, { from: local, direction: 'forward' })) {
    const due = firstMoment(timezone, wall);
    if (due > after) return due;
  }
  return Number.POSITIVE_INFINITY;
}

/** The last due time up to and including `until`, in epoch milliseconds; -Infinity for none. */
export function previousDue({ schedule, timezone }: Timetable, until: number): number {
  const local = localTime(timezone, until) + setBackMs(timezone, until);
  for (const wall of wallTimes(schedule, { from: local, direction: 'backward' })) {
    const due = firstMoment(timezone, wall);
    if (due <= until) return due;
  }
  return Number.NEGATIVE_INFINITY;
}

/** Forward: the times later than `from`, in order. Backward: `from` and earlier, last first. */
function* wallTimes(
  schedule: string,
  search: { readonly from: number; readonly direction: 'forward' | 'backward' },
): Generator<number> {
  const { from } = search;
  const forward = search.direction === 'forward';
  const { minutes, hasDay } = calendarOf(schedule);
  const ordered = forward ? minutes : minutes.toReversed();
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = 0; day <= DAYS_SEARCHED_MAX; day += 1) {
    const midnight = today + (forward ? day : -day) * DAY_MS;
    if (!hasDay(midnight)) continue;
    for (const minute of ordered) {
      const wall = midnight + minute * MINUTE_MS;
      if (wall > from === forward) yield wall;
    }
  }
}

function calendarOf(schedule: string): Calendar {
  const known = calendars.get(schedule);
  if (known) return known;
  if (calendars.size >= CALENDARS_MAX) calendars.clear();
  const calendar = parseCalendar(schedule);
  calendars.set(schedule, calendar);
  return calendar;
}

/** node-cron matches the days: it knows `L`, `15W` and `mon#2`, and combines both day fields. */
function parseCalendar(schedule: string): Calendar {
  const { hour, minute } = parse(schedule);
  const minutes = [
    ...new Set(hour.flatMap((at) => minute.map((past) => at * HOUR_MINUTES + past))),
  ].sort((a, b) => a - b);
  const first = (minutes[0] ?? 0) * MINUTE_MS;
  // In UTC, in which node-cron's times are correct. Wall-clock times are represented as UTC here.
  const matcher = createTask(schedule, () => {}, { timezone: 'UTC' });
  // Removes the task from node-cron's list, which matching does not need.
  void matcher.destroy();
  return { minutes, hasDay: (midnight) => matcher.match(new Date(midnight + first)) };
}
