import type { OrderedRows, Row } from '../rows.ts';
import { lengthOf, type Range } from './row-ranges.ts';

/** The result of a query, read page by page. */
export interface ResultSet {
  readonly total: number;
  rows(offset: number, count: number): readonly Row[];
}

export function resultOf(rows: readonly Row[]): ResultSet {
  return { total: rows.length, rows: (offset, count) => rows.slice(offset, offset + count) };
}

/** Rows computed when their page is read: millions of them take no memory. */
export function resultOfRanges(
  order: OrderedRows,
  ranges: readonly Range[],
  window: { readonly offset: number; readonly limit: number | undefined },
): ResultSet {
  const found = Math.max(0, lengthOf(ranges) - window.offset);
  const total = Math.min(found, window.limit ?? found);
  return {
    total,
    rows: (offset, count) => {
      const length = Math.max(0, Math.min(count, total - offset));
      return positionsOf(ranges, window.offset + offset, length).map((each) => order.at(each));
    },
  };
}

function positionsOf(ranges: readonly Range[], skip: number, count: number): readonly number[] {
  const positions: number[] = [];
  let passed = 0;
  for (const { start, end } of ranges) {
    const first = start + Math.max(0, skip - passed);
    for (let position = first; position < end && positions.length < count; position += 1) {
      positions.push(position);
    }
    passed += end - start;
  }
  return positions;
}
