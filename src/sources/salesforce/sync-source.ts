import { z } from 'zod';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import { futurePosition, isInFuture } from '../future-position.ts';
import type { Source, SourcePage } from '../source.ts';
import { type BatchOptions, deliveryBatches } from './delivery-batches.ts';
import type { DeliveryQuery } from './read-rows.ts';
import { retryDeliveries } from './retry-deliveries.ts';

/** Stored in the database. */
export const SALESFORCE_STREAM = 'salesforce/content-distributions';
/**
 * A row becomes visible when its transaction commits, later than its timestamp. Ten minutes is the
 * longest look-back in use elsewhere (Airbyte 600 s, CopyStorm 300 s).
 */
const LOOK_BACK_MS = 600_000;

const time = z.string().transform(salesforceTime);
/** All changes between `from` and `mark` were read, except rows that became visible late. */
const positionSchema = z.strictObject({ from: time, mark: time });
type Position = z.infer<typeof positionSchema>;

export interface SalesforceSyncOptions extends BatchOptions {
  /** epoch milliseconds: deliveries that were last changed before it are not read */
  readonly start: number;
  /** read everything from `start` again, whatever the position */
  readonly full: boolean;
  /** Reports a failure that does not end the reading. */
  readonly onFailure: (error: unknown) => void;
  readonly tenant: string;
}

/**
 * Reads an org's content deliveries, in the order of their changes. The cursor's mark is the
 * SystemModstamp of the last row read, not the time of reading. It never moves past Salesforce's own
 * time: a row stamped in the future would hide what comes before that time. Each reading starts ten
 * minutes before the mark, so rows repeat. If `start` moves to an earlier time, or if the mark is in
 * the future, everything is read from `start` again.
 */
export function createSalesforceSync(options: SalesforceSyncOptions): Source {
  return {
    name: 'salesforce',
    stream: SALESFORCE_STREAM,
    allowsReadAhead: true,
    pull: (position) =>
      readFrom(options, position === undefined ? undefined : parsePosition(position)),
  };
}

async function* readFrom(
  options: SalesforceSyncOptions,
  stored: Position | undefined,
): AsyncGenerator<SourcePage> {
  const { client, start, full, onFailure } = options;
  const retried = await retryDeliveries(options);
  if (retried !== undefined) yield retried;
  // Its response contains Salesforce's time.
  await client.instanceUrl();
  const now = client.now();
  const isAhead = stored !== undefined && isInFuture(stored.mark, now);
  if (isAhead) {
    onFailure(futurePosition({ position: stored.mark, now, from: start }));
  }
  const read = isAhead ? undefined : stored;
  const again = full || read === undefined || start < read.from;
  const from = again ? start : Math.max(start, read.mark - LOOK_BACK_MS);
  yield* readPages(options, { query: { field: 'SystemModstamp', from }, read, now, isAhead });
}

interface PageReading {
  readonly query: DeliveryQuery;
  /** undefined at the first reading */
  readonly read: Position | undefined;
  /** epoch milliseconds: Salesforce's time */
  readonly now: number;
  /** the stored position must be replaced, even if there is no row */
  readonly isAhead: boolean;
}

async function* readPages(
  options: SalesforceSyncOptions,
  { query, read, now, isAhead }: PageReading,
): AsyncGenerator<SourcePage> {
  let reached = read?.mark ?? Math.min(query.from, now);
  // Keep the old `from` until everything is read again, so that a kill leaves no gap. A start after
  // the mark leaves a gap that was not read: then begin with the new `from`.
  const from = read && options.start <= read.mark ? read.from : query.from;
  for await (const batch of deliveryBatches(options, { query, reached, now })) {
    const isMoved = batch.reached > reached;
    ({ reached } = batch);
    const position = formatPosition({ from, mark: reached });
    if (batch.shares.length > 0 || isMoved) yield { shares: batch.shares, position };
  }
  if (query.from < from || isAhead) {
    yield { shares: [], position: formatPosition({ from: query.from, mark: reached }) };
  }
}

/** Throws on a position that this source did not write. */
function parsePosition(position: string): Position {
  return positionSchema.parse(JSON.parse(position));
}

function formatPosition({ from, mark }: Position): string {
  return JSON.stringify({
    from: new Date(from).toISOString(),
    mark: new Date(mark).toISOString(),
  });
}
