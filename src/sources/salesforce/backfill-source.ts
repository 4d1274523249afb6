import { z } from 'zod';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import { futurePosition, isInFuture } from '../future-position.ts';
import type { Source, SourcePage } from '../source.ts';
import { type BatchOptions, deliveryBatches } from './delivery-batches.ts';

/** All deliveries of the window that were created before `mark` were read. */
const positionSchema = z.strictObject({ mark: z.string().transform(salesforceTime) });

export interface SalesforceBackfillOptions extends BatchOptions {
  /** the stream of the backfill's cursor */
  readonly stream: string;
  /** epoch milliseconds, inclusive */
  readonly since: number;
  /** epoch milliseconds, exclusive; undefined: until now, by Salesforce's clock */
  readonly until: number | undefined;
  /** Receives the number of deliveries to read, once it is known. */
  readonly onTotal: (deliveries: number) => void;
  /** Reports a failure that does not end the reading. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Reads the deliveries that were created in a window, in the order of their creation; later changes
 * do not move a share. The cursor's mark is the CreatedDate of the last row read. Reading resumes
 * with that second.
 */
export function createSalesforceBackfill(options: SalesforceBackfillOptions): Source {
  return {
    name: 'salesforce',
    stream: options.stream,
    allowsReadAhead: true,
    pull: (position) => readPages(options, position),
  };
}

async function* readPages(
  options: SalesforceBackfillOptions,
  position: string | undefined,
): AsyncGenerator<SourcePage> {
  const { client, since, onTotal } = options;
  // Its response contains Salesforce's time.
  await client.instanceUrl();
  const now = client.now();
  const { until = now } = options;
  const read = position === undefined ? undefined : positionSchema.parse(JSON.parse(position));
  const from = Math.max(since, markOf(read, options, now));
  const query = { field: 'CreatedDate', from, until, onTotal } as const;
  for await (const batch of deliveryBatches(options, {
    query,
    reached: Math.min(from, now),
    now,
  })) {
    // Salesforce compares whole seconds, but the window can begin or end within one.
    const shares = batch.shares.filter(({ sharedAt }) => sharedAt >= since && sharedAt < until);
    const mark = new Date(batch.reached).toISOString();
    yield { shares, position: JSON.stringify({ mark }) };
  }
}

/** The stored mark; a mark in the future counts as none, and is reported. */
function markOf(
  read: { readonly mark: number } | undefined,
  { since, onFailure }: SalesforceBackfillOptions,
  now: number,
): number {
  if (read === undefined) return since;
  if (!isInFuture(read.mark, now)) return read.mark;
  onFailure(futurePosition({ position: read.mark, now, from: since }));
  return since;
}
