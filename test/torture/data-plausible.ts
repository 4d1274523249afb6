import { INTERNAL_DOMAIN } from '../../src/sandbox/scenario/index.ts';
import type { Mutation, Path, Place } from './data-mutations.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;
const TIME_LENGTH = 19;
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
export const NEXT_ROW = "the next row's";
/** A text that a person reads: it identifies nothing. */
const TITLES: ReadonlySet<string> = new Set(['name', 'Name', 'Title', 'title']);
/** Numbers that a JavaScript number cannot hold, digit for digit. */
const BIG_NUMBERS = ['9007199254740993', '18446744073709551616'];

/**
 * Values in the right form with the wrong content. No run can detect most of them. Each leaves other
 * values than its own kind as they are.
 */
const inTheRightForm: readonly Mutation[] = [
  ...ofTimes({
    'a time before 1970': () => Date.parse('1969-12-31T23:59:59Z'),
    'a time of the year 1': () => Date.parse('0001-01-01T00:00:00Z'),
    'three years earlier': (time) => time - 3 * 365 * DAY_MS,
    'two days earlier': (time) => time - 2 * DAY_MS,
    'a minute earlier': (time) => time - MINUTE_MS,
    'a minute later': (time) => time + MINUTE_MS,
    'twenty hours later': (time) => time + 20 * HOUR_MS,
    'two days later': (time) => time + 2 * DAY_MS,
  }),
  ...ofEmails({
    'the address of another customer': 'ben@initech.example',
    'the address of a stranger': 'eve@umbrella.example',
    'the address of a colleague': `ann@${INTERNAL_DOMAIN}`,
    'an address without a domain': 'ada',
  }),
  {
    name: 'in other case',
    change: (value) => (typeof value === 'string' ? inOtherCase(value) : value),
  },
  { name: NEXT_ROW, change: (value, place) => valueOfNextRow(place) ?? value },
  ...ofRows({
    'a first row again, under another title': (row) => [row, retitled(row)],
    'a first row after another version of it': (row) => [retitled(row), row],
  }),
  {
    name: 'a number as its digits',
    change: (value) => (typeof value === 'number' ? String(value) : value),
  },
  {
    name: 'digits as a number',
    change: (value) =>
      typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value) ? numberOf(value) : value,
  },
  {
    name: 'the other boolean',
    change: (value) => (typeof value === 'boolean' ? !value : value),
  },
  ...BIG_NUMBERS.flatMap((digits): Mutation[] => [
    {
      name: `the number ${digits}`,
      change: (value) => (isNumeric(value) ? numberOf(digits) : value),
    },
    { name: `the digits ${digits}`, change: (value) => (isNumeric(value) ? digits : value) },
  ]),
  ...['NaN', 'Infinity', '-0', '0x10', '1e3', 'null'].map((text) => ({
    name: `the text ${text}`,
    change: (value: unknown) => (isScalar(value) ? text : value),
  })),
];

export const plausible = inTheRightForm.map((mutation) => ({ ...mutation, isPlausible: true }));

/** A number in a document with all its digits, which a JavaScript number may not hold. */
function numberOf(digits: string): unknown {
  return (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON(digits);
}

function ofTimes(changes: Readonly<Record<string, (time: number) => number>>): Mutation[] {
  return Object.entries(changes).map(([name, change]) => ({
    name,
    change: (value) => {
      if (typeof value !== 'string' || !TIME.test(value)) return value;
      const changed = new Date(change(Date.parse(value))).toISOString();
      return changed.slice(0, TIME_LENGTH) + value.slice(TIME_LENGTH);
    },
  }));
}

function ofEmails(emails: Readonly<Record<string, string>>): Mutation[] {
  return Object.entries(emails).map(([name, email]) => ({
    name,
    change: (value) => (typeof value === 'string' && EMAIL.test(value) ? email : value),
  }));
}

function ofRows(changes: Readonly<Record<string, (row: object) => unknown[]>>): Mutation[] {
  return Object.entries(changes).map(([name, change]) => ({
    name,
    change: (value) => {
      if (!Array.isArray(value)) return value;
      const [first, ...others] = value as readonly unknown[];
      return typeof first === 'object' && first !== null ? [...change(first), ...others] : value;
    },
  }));
}

/** The row with other texts, whatever their depth. */
function retitled(value: object): object {
  const entries = Object.entries(value).map(([key, field]: [string, unknown]) => {
    if (typeof field === 'object' && field !== null && !Array.isArray(field)) {
      return [key, retitled(field)];
    }
    return [key, TITLES.has(key) && typeof field === 'string' ? `Another ${field}` : field];
  });
  return Object.fromEntries(entries) as object;
}

/** The same field of the next row of the innermost list; undefined after the last row. */
function valueOfNextRow({ document, path }: Place): unknown {
  const at = path.findLastIndex((key) => typeof key === 'number');
  if (at < 0) return undefined;
  return valueAt(document, path.with(at, Number(path[at]) + 1));
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string | number, unknown>>)[key]
        : undefined,
    document,
  );
}

function inOtherCase(text: string): string {
  const lower = text.toLowerCase();
  return text === lower ? text.toUpperCase() : lower;
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}
