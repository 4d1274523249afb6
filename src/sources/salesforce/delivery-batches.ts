import type { SalesforceConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { Share } from '../../share/share.ts';
import type { SalesforceClient } from '../../vendors/salesforce/client.ts';
import { SalesforceError } from '../../vendors/salesforce/errors.ts';
import { BATCH_LIMITS } from '../limits.ts';
import { parseDeliveryRow, timeIn, type UnreadableRow } from './delivery-row.ts';
import { type MapOptions, shareOf } from './map.ts';
import { gather, type Reading, readRows } from './rows.ts';

export interface BatchOptions {
  readonly client: SalesforceClient;
  readonly config: Pick<SalesforceConfig, 'contentUrl'>;
}

export interface DeliveryBatch {
  readonly shares: readonly Share[];
  /** epoch milliseconds: up to where every delivery was read, in the order of the reading */
  readonly reached: number;
}

/**
 * Deliveries as shares, in batches. A delivery that cannot be read keeps `reached` before itself,
 * so that every run comes back to it and says so; the deliveries after it are read all the same, and
 * then it throws a UserError. So it does where the org shows no deliveries at all.
 */
export async function* deliveryBatches(
  options: BatchOptions,
  from: { readonly reading: Reading; readonly reached: number },
): AsyncGenerator<DeliveryBatch> {
  const { reading } = from;
  let { reached } = from;
  const unreadable: UnreadableRows = { count: 0, first: undefined };
  try {
    const rows = readRows(options.client, reading);
    for await (const batch of gather(rows, BATCH_LIMITS.sharesPerBatchMax)) {
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
      yield { shares: [...shares.values()], reached };
    }
  } catch (error) {
    throw isWithoutDeliveries(error) ? withoutDeliveries(error) : error;
  }
  if (unreadable.count > 0) throw withUnreadable(unreadable);
}

async function mappingOf({ client, config }: BatchOptions): Promise<MapOptions> {
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
