import { z } from 'zod';
import type { SalesforceConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import { SYNC_LIMITS } from '../../lib/limits.ts';
import type { Share } from '../../share/share.ts';
import type { SalesforceClient } from '../../vendors/salesforce/client.ts';
import { SalesforceError } from '../../vendors/salesforce/errors.ts';
import { salesforceTime } from '../../vendors/salesforce/time.ts';
import type { Source, SourcePage } from '../source.ts';
import { parseDeliveryRow, timeIn, type UnreadableRow } from './delivery-row.ts';
import { type MapOptions, shareOf } from './map.ts';
import { gather, type Reading, readRows } from './rows.ts';

/**
 * Rows become visible when their transaction commits, later than their stamp says. Ten minutes is
 * the longest look-back in use elsewhere (Airbyte 600 s, CopyStorm 300 s).
 */
const LOOK_BACK_MS = 600_000;

const time = z.string().transform(salesforceTime);
/** All that changed between `from` and `mark` was read, late rows aside. */
const positionSchema = z.strictObject({ from: time, mark: time });
type Position = z.infer<typeof positionSchema>;

export interface DeliveriesOptions {
  readonly client: SalesforceClient;
  readonly config: Pick<SalesforceConfig, 'contentUrl'>;
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

/**
 * A delivery that cannot be read keeps the mark before itself, so that every run comes back to it
 * and says so; the deliveries after it are read all the same.
 */
async function* readPages(
  options: DeliveriesOptions,
  { reading, read }: PageReading,
): AsyncGenerator<SourcePage> {
  let reached = read?.mark ?? reading.from;
  // Until all is read again, what is known to be read begins where it did: a kill leaves no hole.
  // A start beyond the mark leaves a gap that was not read: then it begins anew.
  const from = read && options.start <= read.mark ? read.from : reading.from;
  const unreadable: UnreadableRows = { count: 0, first: undefined };
  try {
    const rows = readRows(options.client, reading);
    for await (const batch of gather(rows, SYNC_LIMITS.sharesPerBatchMax)) {
      const mapping = await mappingOf(options);
      // A row that came twice, because a locator was lost, is one share.
      const shares = new Map<string, Share>();
      for (const row of batch) {
        const parsed = parseDeliveryRow(row);
        if ('unreadable' in parsed) {
          note(unreadable, parsed);
          continue;
        }
        shares.set(parsed.Id, shareOf(parsed, mapping));
        if (unreadable.count === 0) reached = Math.max(reached, timeIn(row, reading.field) ?? 0);
      }
      const position = formatPosition({ from, mark: reached });
      if (shares.size > 0) yield { shares: [...shares.values()], position };
    }
  } catch (error) {
    throw isWithoutDeliveries(error) ? withoutDeliveries(error) : error;
  }
  if (unreadable.count > 0) throw withUnreadable(unreadable);
  if (reading.from < from) {
    yield { shares: [], position: formatPosition({ from: reading.from, mark: reached }) };
  }
}

async function mappingOf({ client, config }: DeliveriesOptions): Promise<MapOptions> {
  return { instanceUrl: await client.instanceUrl(), contentUrl: config.contentUrl };
}

/** Counted, not kept: an org may have any number of them. */
interface UnreadableRows {
  count: number;
  first: string | undefined;
}

function note(rows: UnreadableRows, row: UnreadableRow): void {
  rows.count += 1;
  rows.first ??= row.unreadable;
}

function withUnreadable({ count, first }: UnreadableRows): UserError {
  const message =
    count === 1
      ? `Salesforce sent a delivery that cannot be read: ${first}`
      : `Salesforce sent ${count} deliveries that cannot be read; the first: ${first}`;
  return new UserError(message, {
    hint:
      'The others were read, and each run comes back to this one, so nothing is lost. Look the ' +
      'delivery up in Salesforce; to leave it behind, set start after its last change.',
  });
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

/** Salesforce help: with deliveries off, the object is missing from the schema. */
function isWithoutDeliveries(error: unknown): error is SalesforceError {
  return (
    error instanceof SalesforceError &&
    error.code === 'INVALID_TYPE' &&
    error.message.includes('ContentDistribution')
  );
}

function withoutDeliveries(cause: SalesforceError): UserError {
  return new UserError('Salesforce shows no content deliveries (ContentDistribution)', {
    hint:
      'Turn on Setup > Content Deliveries and Public Links, and give the integration user access ' +
      'to content deliveries and files; or set salesforce.contentDistributions: false.',
    cause,
  });
}
