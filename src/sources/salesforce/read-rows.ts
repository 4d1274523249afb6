import { RetryableError } from '../../lib/errors.ts';
import { LocatorLost } from '../../vendors/salesforce/errors.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import type { ReadRow, SalesforceClient } from '../../vendors/salesforce/salesforce-client.ts';
import { soqlDateTime } from '../../vendors/salesforce/soql.ts';
import { DELIVERY_FIELDS, timeIn } from './delivery-row.ts';

/** query locators that can be lost in a row without progress */
const LOST_LOCATORS_MAX = 3;
const SECOND_MS = 1_000;

/** Selects and orders the rows: all from a time on, or those of a window. */
export interface DeliveryQuery {
  readonly field: 'SystemModstamp' | 'CreatedDate';
  /** epoch milliseconds, inclusive; rounded down to the second */
  readonly from: number;
  /** epoch milliseconds, exclusive; undefined: no end */
  readonly until?: number;
  /** Receives the number of rows that the first response reports. */
  readonly onTotal?: (rows: number) => void;
}

/** A row as it was read, and the time that it is ordered by. */
export interface OrderedRow<T> {
  readonly value: T;
  /** of `query.field`, epoch milliseconds; undefined if it is invalid */
  readonly time: number | undefined;
}

/**
 * Yields the server's pages of rows, ordered by `query.field`, then Id. The query has no LIMIT: the
 * server's query locator keeps the place, however many rows have the same second. If the locator is
 * lost, the query restarts with the second of the last row. Rows can then repeat, but none is missed,
 * whatever their order within a second. Throws RetryableError after three lost locators in a row
 * without progress.
 */
export async function* readRows<T>(
  client: SalesforceClient,
  query: DeliveryQuery,
  read: ReadRow<T>,
): AsyncGenerator<readonly OrderedRow<T>[]> {
  const { onTotal } = query;
  const options = onTotal ? { onTotal: once(onTotal) } : {};
  const readRow = (row: Row, instanceUrl: string): OrderedRow<T> => ({
    value: read(row, instanceUrl),
    time: timeIn(row, query.field),
  });
  let from = query.from;
  let lost = 0;
  for (;;) {
    let reached = from;
    try {
      for await (const rows of client.queryPages(soqlOf({ ...query, from }), readRow, options)) {
        if (rows.length === 0) continue;
        const time = rows.at(-1)?.time ?? 0;
        // A time in the future is wrong: a query that begins with it would miss rows.
        if (time <= client.now() && isQueried(query, time)) reached = Math.max(reached, time);
        yield rows;
      }
      return;
    } catch (error) {
      if (!(error instanceof LocatorLost)) throw error;
      lost = secondOf(reached) > secondOf(from) ? 0 : lost + 1;
      if (lost >= LOST_LOCATORS_MAX) throw withoutProgress(error, lost);
      from = reached;
    }
  }
}

/**
 * Regroups pages, which can be far smaller, into batches of exactly `size` rows; the last one can be
 * shorter. If the pages end with an error, yields the rows read so far before throwing it.
 */
export async function* batchesOf<T>(
  pages: AsyncIterable<readonly T[]>,
  size: number,
): AsyncGenerator<readonly T[]> {
  let waiting: readonly T[] = [];
  try {
    for await (const page of pages) {
      waiting = waiting.concat(page);
      while (waiting.length >= size) {
        yield waiting.slice(0, size);
        waiting = waiting.slice(size);
      }
    }
  } catch (error) {
    if (waiting.length > 0) yield waiting;
    throw error;
  }
  if (waiting.length > 0) yield waiting;
}

/**
 * Salesforce ignores milliseconds in comparisons. The lower bound is therefore the second that
 * contains `from`; the upper bound is `until`, rounded up to a whole second.
 */
export function soqlOf({ field, from, until }: DeliveryQuery): string {
  const lower = `${field} >= ${soqlDateTime(from)}`;
  const upper = until === undefined ? '' : ` AND ${field} < ${soqlDateTime(until + SECOND_MS - 1)}`;
  const fields = DELIVERY_FIELDS.join(', ');
  return `SELECT ${fields} FROM ContentDistribution WHERE ${lower}${upper} ORDER BY ${field}, Id`;
}

/** Whether the query asked for rows of this time, in epoch milliseconds. */
export function isQueried({ from, until }: DeliveryQuery, time: number): boolean {
  return secondOf(time) >= secondOf(from) && (until === undefined || time < until + SECOND_MS);
}

/** Only the first query reports all rows; one that restarts after a lost locator has fewer left. */
function once(report: (rows: number) => void): (rows: number) => void {
  let isReported = false;
  return (rows) => {
    if (!isReported) report(rows);
    isReported = true;
  };
}

function secondOf(ms: number): number {
  return Math.floor(ms / SECOND_MS);
}

function withoutProgress(error: LocatorLost, lost: number): RetryableError {
  const message = `Salesforce lost its place in the list of deliveries ${lost} times`;
  return new RetryableError(message, { cause: error });
}
