import type { OrderedRows } from '../rows.ts';
import type { Condition } from './condition.ts';

/** Positions from `start` (inclusive) to `end` (exclusive). */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** `ranges` contain all matching rows; if `exact`, only matching rows. */
export interface RowRanges {
  /** ascending, disjoint, not empty */
  readonly ranges: readonly Range[];
  readonly exact: boolean;
}

const SECOND_MS = 1000;

/** The positions of the matching rows in this order. Other conditions make the result inexact. */
export function rowRangesOf(order: OrderedRows, condition: Condition | undefined): RowRanges {
  const everything: RowRanges = { ranges: rangesOf(0, order.length), exact: false };
  if (!condition) return { ...everything, exact: true };
  switch (condition.kind) {
    case 'all':
      return condition.parts.map((part) => rowRangesOf(order, part)).reduce(intersect);
    case 'any':
      return condition.parts.map((part) => rowRangesOf(order, part)).reduce(unite);
    case 'compare':
      return reachOfComparison(order, condition) ?? everything;
    default:
      return everything;
  }
}

export function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

function reachOfComparison(
  order: OrderedRows,
  { path, operator, key }: Extract<Condition, { kind: 'compare' }>,
): RowRanges | undefined {
  if (path.steps.length > 0 || key === null || operator === '!=') return undefined;
  const bounds = boundsOf(order, path.field.name, key);
  if (!bounds) return undefined;
  const { first, after } = bounds;
  const start = operator === '>' ? after : operator === '>=' || operator === '=' ? first : 0;
  const end =
    operator === '<' ? first : operator === '<=' || operator === '=' ? after : order.length;
  // Rows without a value come first and match no `<`: the predicate drops them.
  return { ranges: rangesOf(start, end), exact: true };
}

/** The position of the first row with this key, and of the first row after it. */
function boundsOf(
  order: OrderedRows,
  fieldName: string,
  key: string | number | boolean,
): { readonly first: number; readonly after: number } | undefined {
  if (fieldName === 'Id' && order.fromId && typeof key === 'string') {
    return { first: order.fromId(key), after: order.fromId(`${key}\0`) };
  }
  if (fieldName === order.orderField && order.from && typeof key === 'number') {
    return { first: order.from(key), after: order.from(key + SECOND_MS) };
  }
  return undefined;
}

function rangesOf(start: number, end: number): readonly Range[] {
  return start < end ? [{ start, end }] : [];
}

function intersect(left: RowRanges, right: RowRanges): RowRanges {
  const ranges = left.ranges.flatMap((one) =>
    right.ranges.flatMap((other) =>
      rangesOf(Math.max(one.start, other.start), Math.min(one.end, other.end)),
    ),
  );
  return { ranges, exact: left.exact && right.exact };
}

function unite(left: RowRanges, right: RowRanges): RowRanges {
  const all = [...left.ranges, ...right.ranges].sort((one, other) => one.start - other.start);
  const merged: Range[] = [];
  for (const range of all) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else {
      merged.push(range);
    }
  }
  return { ranges: merged, exact: left.exact && right.exact };
}
