import fc from 'fast-check';

const MINUTE = 60_000;

/** A minute, and its wall-clock time represented as UTC. */
interface LocalMinute {
  readonly at: number;
  readonly wall: number;
}

/** A cron expression with its meaning as a predicate, without a parser. */
export interface Expression {
  readonly schedule: string;
  readonly fits: (wall: number) => boolean;
}

interface Field {
  readonly text: string;
  readonly has: (value: number) => boolean;
}

function field(min: number, max: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max });
  const every: fc.Arbitrary<Field> = fc.constant({ text: '*', has: () => true });
  const list = fc
    .uniqueArray(value, { minLength: 1, maxLength: 3 })
    .map((values): Field => ({ text: values.join(','), has: (at) => values.includes(at) }));
  const range = fc.tuple(value, value).map((ends): Field => {
    const [low = min, high = max] = ends.toSorted((a, b) => a - b);
    return { text: `${low}-${high}`, has: (at) => at >= low && at <= high };
  });
  const step = fc
    .integer({ min: 2, max: 20 })
    .map((by): Field => ({ text: `*/${by}`, has: (at) => (at - min) % by === 0 }));
  return fc.oneof(list, range, step, every);
}

/** Mostly the hours of clock changes, so that most runs include one. */
const hours = fc.oneof(field(0, 4), field(0, 23));
const days = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Field>({ text: '*', has: () => true }) },
  {
    weight: 1,
    arbitrary: field(1, 28),
  },
);
const weekdays = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Field>({ text: '*', has: () => true }) },
  { weight: 1, arbitrary: field(0, 6) },
);

export const expression: fc.Arbitrary<Expression> = fc
  .tuple(field(0, 59), hours, days, weekdays)
  .map(([minute, hour, day, weekday]) => ({
    schedule: `${minute.text} ${hour.text} ${day.text} * ${weekday.text}`,
    fits: (wall) => {
      const date = new Date(wall);
      return (
        minute.has(date.getUTCMinutes()) &&
        hour.has(date.getUTCHours()) &&
        day.has(date.getUTCDate()) &&
        weekday.has(date.getUTCDay())
      );
    },
  }));

/** Every minute from `from` to `to`, with its wall-clock time. */
export function localMinutes(timezone: string, from: number, to: number): LocalMinute[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const minutes: LocalMinute[] = [];
  for (let at = from; at <= to; at += MINUTE) {
    minutes.push({ at, wall: Date.parse(`${format.format(at).replace(' ', 'T')}:00Z`) });
  }
  return minutes;
}

/**
 * Each matching wall-clock minute is due at the first real minute that shows it. If none does, it
 * is due at the real minute that skipped it.
 */
export function naiveDueTimes(
  minutes: readonly LocalMinute[],
  fits: Expression['fits'],
): readonly number[] {
  const due: number[] = [];
  let reached = (minutes[0]?.wall ?? 0) - MINUTE;
  for (const { at, wall } of minutes) {
    let isDue = false;
    for (; reached < wall; ) {
      reached += MINUTE;
      if (fits(reached)) isDue = true;
    }
    if (isDue) due.push(at);
  }
  return due;
}
