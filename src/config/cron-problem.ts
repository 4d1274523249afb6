interface Field {
  readonly min: number;
  readonly max: number;
  /** the names of `min`, `min + 1`, …; empty if the field has numbers only */
  readonly names: readonly string[];
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

const NAME_LENGTH = 3;
const SUNDAY = 0;
const NEXT_SUNDAY = 7;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const WEEKDAY: Field = { min: SUNDAY, max: 6, names: WEEKDAYS };

const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  WEEKDAY,
];

/** The whole field or a range, with an optional step. */
const RANGE = /^(?:\*|(?<from>\w+)-(?<to>\w+))(?:\/(?<step>\d+))?$/;

/**
 * What is wrong with an expression that node-cron accepts, as the sentence of an error; undefined
 * for a correct one.
 *
 * node-cron continues a backward range at the start of the field, so `5-1` is 57 minutes of the
 * hour; crontab(5) has no such ranges. Both accept a step that is larger than its range, so `*` with
 * a step of 90 minutes is once an hour.
 */
export function cronProblem(expression: string): string | undefined {
  const fields = expression.split(/\s+/);
  const problems = fields.flatMap((text, index) => {
    const field = FIELDS[index];
    return field ? text.split(',').map((part) => partProblem(part, field)) : [];
  });
  return problems.find((problem) => problem !== undefined);
}

function partProblem(part: string, field: Field): string | undefined {
  const { from, to, step } = RANGE.exec(part)?.groups ?? {};
  const ends = from !== undefined && to !== undefined ? { from, to } : undefined;
  const [first, last] = ends ? numbersOf(ends, field) : [field.min, field.max];
  if (ends && first > last) return backward(ends, field);
  const size = last - first + 1;
  if (step === undefined || Number(step) <= size) return undefined;
  return `expected a step of at most ${size} in ${part}, which matches only its first value`;
}

/** As a weekday, `sun`, 0, and 7 end a week if they end a range; otherwise they begin one. */
function numbersOf({ from, to }: Ends, field: Field): [number, number] {
  const first = numberOf(from, field);
  const last = numberOf(to, field);
  if (field !== WEEKDAY) return [first, last];
  if (first % NEXT_SUNDAY === SUNDAY) return [SUNDAY, last];
  return [first, last === SUNDAY ? NEXT_SUNDAY : last];
}

function numberOf(text: string, { min, names }: Field): number {
  const index = names.indexOf(text.slice(0, NAME_LENGTH).toLowerCase());
  return index >= 0 ? min + index : Number(text);
}

function backward({ from, to }: Ends, { min, max, names }: Field): string {
  const isNamed = Number.isNaN(Number(from));
  const lowest = isNamed ? names.at(0) : min;
  const highest = isNamed ? names.at(-1) : max;
  const upper = from === String(highest) ? from : `${from}-${highest}`;
  const lower = to === String(lowest) ? to : `${lowest}-${to}`;
  return `expected ${upper},${lower} instead of the range ${from}-${to}, which runs backward`;
}
