import { RetryableError } from '../../lib/errors.ts';
import type { SalesforceClient } from '../../vendors/salesforce/client.ts';
import { LocatorLost } from '../../vendors/salesforce/errors.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import { soqlDateTime } from '../../vendors/salesforce/soql.ts';
import { DELIVERY_FIELDS, timeIn } from './delivery-row.ts';

/** Times that a locator may be lost in a row before the reading came a second further. */
const LOST_LOCATORS_MAX = 3;
const SECOND_MS = 1_000;

/** Which rows to read, and in which order: all from a moment on, or those of a window. */
export interface Reading {
  readonly field: 'SystemModstamp' | 'CreatedDate';
  /** epoch milliseconds, inclusive; the whole second counts */
  readonly from: number;
  /** epoch milliseconds, exclusive; absent: no end */
  readonly until?: number;
  /** told how many rows there are, as far as the first answer knows */
  readonly onTotal?: (rows: number) => void;
}

/**
 * Rows in the order of `reading.field`, then Id, as the server pages them. No LIMIT: the server's
 * locator keeps the place, however many rows share one second. Where it is lost, the query starts
 * again from the second of the last row, that second included: rows may come twice, but none is
 * passed over, whatever the order within a second is. Throws a RetryableError where that leads
 * nowhere three times running.
 */
export async function* readRows(client: SalesforceClient, reading: Reading): AsyncGenerator<Row[]> {
  const { onTotal } = reading;
  const options = onTotal ? { onTotal: once(onTotal) } : {};
  let from = reading.from;
  let lost = 0;
  for (;;) {
    let reached = from;
    try {
      for await (const rows of client.queryPages(queryOf({ ...reading, from }), options)) {
        const last = rows.at(-1);
        if (last === undefined) continue;
        reached = Math.max(reached, timeIn(last, reading.field) ?? reached);
        yield rows;
      }
      return;
    } catch (error) {
      if (!(error instanceof LocatorLost)) throw error;
      lost = secondOf(reached) > secondOf(from) ? 0 : lost + 1;
      if (lost >= LOST_LOCATORS_MAX) throw goesNowhere(error, lost);
      from = reached;
    }
  }
}

/**
 * Rows in batches of exactly `size`, the last one shorter: server pages may be far smaller. Where
 * the pages end in an error, the rows that were read come first: they need not be read again.
 */
export async function* gather(pages: AsyncIterable<Row[]>, size: number): AsyncGenerator<Row[]> {
  let waiting: Row[] = [];
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
 * Milliseconds do not count in Salesforce's comparisons, so the lower bound is the second that
 * holds `from`, and the upper one the first whole second that is not before `until`.
 */
function queryOf({ field, from, until }: Reading): string {
  const lower = `${field} >= ${soqlDateTime(from)}`;
  const upper = until === undefined ? '' : ` AND ${field} < ${soqlDateTime(until + SECOND_MS - 1)}`;
  const fields = DELIVERY_FIELDS.join(', ');
  return `SELECT ${fields} FROM ContentDistribution WHERE ${lower}${upper} ORDER BY ${field}, Id`;
}

/** A query that starts again, where its locator was lost, has fewer rows before it. */
function once(tell: (rows: number) => void): (rows: number) => void {
  let told = false;
  return (rows) => {
    if (!told) tell(rows);
    told = true;
  };
}

function secondOf(ms: number): number {
  return Math.floor(ms / SECOND_MS);
}

function goesNowhere(error: LocatorLost, lost: number): RetryableError {
  const message = `Salesforce lost its place in the list of deliveries ${lost} times`;
  return new RetryableError(message, { cause: error });
}
