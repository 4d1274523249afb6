import fc from 'fast-check';

export type Path = readonly (string | number)[];

/** A change to one value of a vendor's response. `undefined` as its result removes the value. */
export interface Mutation {
  readonly name: string;
  readonly change: (value: unknown, place: Place) => unknown;
  /** a value that the vendor could have sent: the run cannot detect that it is wrong */
  readonly isPlausible?: boolean;
}

/** Where a value is. */
export interface Place {
  readonly document: unknown;
  readonly path: Path;
}

const LONG = 'x'.repeat(100_000);
const LEVELS = 60;
/** As JSON.parse creates it: own keys that objects usually inherit. */
const PROTOTYPE_KEYS = '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":2}';

export const garbage: readonly Mutation[] = [
  { name: 'missing', change: () => undefined },
  ...fixed({
    null: null,
    true: true,
    'a negative number': -1,
    'a huge number': 1e308,
    'a fraction': 0.1,
    'an empty string': '',
    'a blank string': ' \u200b\t',
    'a long string': LONG,
    'right-to-left text with emoji': '\u202eعرض 👩‍👩‍👧\u0000',
    'half of a surrogate pair': 'half \ud800',
    'the name of a prototype': '__proto__',
    'an impossible time': '2026-02-30T25:61:61Z',
    'a time in the future': '9999-12-31T23:59:59.000Z',
    'an empty list': [],
    'a list of null': [null],
    'an empty object': {},
  }),
  { name: 'prototype keys', change: () => JSON.parse(PROTOTYPE_KEYS) as unknown },
  { name: 'deep nesting', change: () => nested(LEVELS) },
  { name: 'in a list', change: (value) => [value] },
  { name: 'as a string', change: (value) => JSON.stringify(value) ?? '' },
  {
    name: 'twice',
    change: (value) => (Array.isArray(value) ? [...value, ...value] : [value, value]),
  },
];

/** Any value that JSON can have. */
export const anyMutation: fc.Arbitrary<Mutation> = fc
  .oneof(
    fc.jsonValue({ noUnicodeString: false, depthSize: 'small' }),
    fc.string({ unit: 'binary' }),
    fc.double(),
  )
  .map((value) => ({
    name: `replaced by ${JSON.stringify(value)}`,
    change: () => JSON.parse(JSON.stringify(value) ?? 'null') as unknown,
  }));

/** All values of a JSON document with their paths; of a list, those of its first element. */
export function valuesOf(
  value: unknown,
  path: Path = [],
): { readonly path: Path; readonly value: unknown }[] {
  const own = { path, value };
  if (typeof value !== 'object' || value === null) return [own];
  const children = Array.isArray(value)
    ? value.slice(0, 1).map((child, index) => [index, child] as const)
    : Object.entries(value);
  return [own, ...children.flatMap(([key, child]) => valuesOf(child, [...path, key]))];
}

/** A copy of the document with the mutation at the path, if it has that path. */
export function mutated(document: unknown, path: Path, { change }: Mutation): unknown {
  return replacedAt(document, path, (value) => change(value, { document, path }));
}

function replacedAt(value: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...value };
  const changed = replacedAt(copy[key], rest, change);
  if (changed === undefined) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else {
    Object.defineProperty(copy, key, { value: changed, enumerable: true, writable: true });
  }
  return copy;
}

function fixed(values: Readonly<Record<string, unknown>>): Mutation[] {
  return Object.entries(values).map(([name, value]) => ({ name, change: () => value }));
}

function nested(levels: number): unknown {
  return JSON.parse(`${'{"a":['.repeat(levels)}${']}'.repeat(levels)}`);
}
