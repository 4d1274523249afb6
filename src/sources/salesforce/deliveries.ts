import { z } from 'zod';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import type { Source, SourcePage } from '../source.ts';
import { type BatchOptions, deliveryBatches } from './delivery-batches.ts';
import type { Reading } from './rows.ts';

/**
 * Rows become visible when their transaction commits, later than their stamp says. Ten minutes is
 * the longest look-back in use elsewhere (Airbyte 600 s, CopyStorm 300 s).
 */
const LOOK_BACK_MS = 600_000;

const time = z.string().transform(salesforceTime);
/** All that changed between `from` and `mark` was read, late rows aside. */
const positionSchema = z.strictObject({ from: time, mark: time });
type Position = z.infer<typeof positionSchema>;

export interface DeliveriesOptions extends BatchOptions {
  /** epoch milliseconds: nothing that changed last before it is read */
  readonly start: number;
  /** read everything from `start` again, whatever was read before */
  readonly full: boolean;
}

/**
 * The content deliveries of an org as a source of shares. The cursor's mark is the SystemModstamp of
 * the last row read, never the time of reading, and never moves back; each reading starts ten
 * minutes before it, so rows come again. A start that was moved to an earlier time is read from
 * there once more.
 */
export function createDeliveries(options: DeliveriesOptions): Source {
  return {
    name: 'salesforce',
    stream: 'salesforce/content-distributions',
    pace: 'ahead',
    pull: (position) => {
      const read = position === undefined ? undefined : parsePosition(position);
      const again = options.full || read === undefined || options.start < read.from;
      const from = again ? options.start : Math.max(options.start, read.mark - LOOK_BACK_MS);
      const reading: Reading = { field: 'SystemModstamp', from };
      return readPages(options, { reading, read });
    },
  };
}

interface PageReading {
  readonly reading: Reading;
  /** undefined at the first reading */
  readonly read: Position | undefined;
}

async function* readPages(
  options: DeliveriesOptions,
  { reading, read }: PageReading,
): AsyncGenerator<SourcePage> {
  let reached = read?.mark ?? reading.from;
  // Until all is read again, what is known to be read begins where it did: a kill leaves no hole.
  // A start beyond the mark leaves a gap that was not read: then it begins anew.
  const from = read && options.start <= read.mark ? read.from : reading.from;
  for await (const batch of deliveryBatches(options, { reading, reached })) {
    ({ reached } = batch);
    const position = formatPosition({ from, mark: reached });
    if (batch.shares.length > 0) yield { shares: batch.shares, position };
  }
  if (reading.from < from) {
    yield { shares: [], position: formatPosition({ from: reading.from, mark: reached }) };
  }
}

/** Throws on anything that this source did not write. */
function parsePosition(position: string): Position {
  return positionSchema.parse(JSON.parse(position));
}

function formatPosition({ from, mark }: Position): string {
  return JSON.stringify({
    from: new Date(from).toISOString(),
    mark: new Date(mark).toISOString(),
  });
}
