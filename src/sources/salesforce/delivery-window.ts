import { z } from 'zod';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import type { Source, SourcePage } from '../source.ts';
import { type BatchOptions, deliveryBatches } from './delivery-batches.ts';

/** Everything that was created in the window before `mark` was read. */
const positionSchema = z.strictObject({ mark: z.string().transform(salesforceTime) });

export interface DeliveryWindowOptions extends BatchOptions {
  /** whose cursor it is */
  readonly stream: string;
  /** epoch milliseconds, inclusive and exclusive */
  readonly since: number;
  readonly until: number;
  /** how many deliveries the reading will go through, told once it is known */
  readonly onTotal: (deliveries: number) => void;
}

/**
 * The deliveries that were created in a window, in the order of their creation: whatever became of
 * them since, a share keeps its time. The cursor's mark is the CreatedDate of the last row read;
 * reading goes on from there, that second included.
 */
export function createDeliveryWindow(options: DeliveryWindowOptions): Source {
  return {
    name: 'salesforce',
    stream: options.stream,
    pace: 'ahead',
    pull: (position) => windowPages(options, position),
  };
}

async function* windowPages(
  options: DeliveryWindowOptions,
  position: string | undefined,
): AsyncGenerator<SourcePage> {
  const { since, until, onTotal } = options;
  const read = position === undefined ? undefined : positionSchema.parse(JSON.parse(position));
  const from = Math.max(since, read?.mark ?? since);
  const reading = { field: 'CreatedDate', from, until, onTotal } as const;
  for await (const batch of deliveryBatches(options, { reading, reached: from })) {
    // Salesforce compares whole seconds, the window's ends may lie within one.
    const shares = batch.shares.filter(({ sharedAt }) => sharedAt >= since && sharedAt < until);
    const mark = new Date(batch.reached).toISOString();
    yield { shares, position: JSON.stringify({ mark }) };
  }
}
