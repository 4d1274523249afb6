import { z } from 'zod';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import type { Source, SourcePage } from '../source.ts';
import { type BatchOptions, deliveryBatches } from './delivery-batches.ts';

/** All deliveries of the window that were created before `mark` were read. */
const positionSchema = z.strictObject({ mark: z.string().transform(salesforceTime) });

export interface SalesforceBackfillOptions extends BatchOptions {
  /** the stream of the backfill's cursor */
  readonly stream: string;
  /** epoch milliseconds, inclusive and exclusive */
  readonly since: number;
  readonly until: number;
  /** Receives the number of deliveries to read, once it is known. */
  readonly onTotal: (deliveries: number) => void;
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
  const { since, until, onTotal } = options;
  const read = position === undefined ? undefined : positionSchema.parse(JSON.parse(position));
  const from = Math.max(since, read?.mark ?? since);
  const query = { field: 'CreatedDate', from, until, onTotal } as const;
  for await (const batch of deliveryBatches(options, { query, reached: from })) {
    // Salesforce compares whole seconds, but the window can begin or end within one.
    const shares = batch.shares.filter(({ sharedAt }) => sharedAt >= since && sharedAt < until);
    const mark = new Date(batch.reached).toISOString();
    yield { shares, position: JSON.stringify({ mark }) };
  }
}
