import type { Item, Items } from './items.ts';
import { invalid } from './responses.ts';

/** True if an item matches the query of this user. */
export type FileTest = (
  item: Item,
  context: { readonly items: Items; readonly user: string },
) => boolean;

export interface FileQuery {
  readonly tests: readonly FileTest[];
  /** only items owned by the caller: these have an index */
  readonly ownedOnly: boolean;
}

type Read = (groups: Readonly<Record<string, string>>) => FileTest;

const TIMES: Readonly<Record<string, (item: Item) => number>> = {
  createdTime: ({ createdAt }) => createdAt,
  modifiedTime: ({ modifiedAt }) => modifiedAt,
};

/** The supported clauses. Any other clause is rejected, as Drive rejects a typo. */
const CLAUSES: readonly (readonly [RegExp, Read])[] = [
  [
    /^'(?<email>[^']+)' in owners$/,
    ({ email }) =>
      (item, { user }) =>
        item.owner !== undefined && item.owner === (email === 'me' ? user : email),
  ],
  [
    /^'(?<id>[^']+)' in parents$/,
    ({ id }) =>
      (item) =>
        (item.parent ?? item.driveId) === id,
  ],
  [
    /^trashed ?(?<sign>=|!=) ?(?<state>true|false)$/,
    ({ sign, state }) =>
      (item, { items }) =>
        (items.isTrashed(item) === (state === 'true')) === (sign === '='),
  ],
  [
    /^mimeType ?(?<sign>=|!=) ?'(?<type>[^']+)'$/,
    ({ sign, type }) =>
      (item) =>
        (item.mimeType === type) === (sign === '='),
  ],
  [
    /^(?<field>createdTime|modifiedTime) ?(?<sign>>=|>|<=|<) ?'(?<time>[^']+)'$/,
    ({ field = '', sign = '', time = '' }) => {
      const limit = Date.parse(time);
      if (Number.isNaN(limit)) throw invalid('q');
      return (item) => compares(TIMES[field]?.(item) ?? 0, sign, limit);
    },
  ],
];

/** Parses `q`: clauses joined by `and`. Throws ApiError for a query that Drive would reject. */
export function parseFileQuery(text: string): FileQuery {
  const clauses = text.trim() === '' ? [] : text.trim().split(/ and /);
  return {
    tests: clauses.map((clause) => readClause(clause.trim())),
    ownedOnly: clauses.some((clause) => clause.trim() === "'me' in owners"),
  };
}

function readClause(clause: string): FileTest {
  for (const [pattern, read] of CLAUSES) {
    const groups = pattern.exec(clause)?.groups;
    if (groups) return read(groups);
  }
  throw invalid('q');
}

function compares(value: number, sign: string, limit: number): boolean {
  if (sign === '>') return value > limit;
  if (sign === '>=') return value >= limit;
  return sign === '<' ? value < limit : value <= limit;
}
