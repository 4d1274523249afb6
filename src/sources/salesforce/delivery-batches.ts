import type { SalesforceConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { Share } from '../../share/share.ts';
import type { SalesforceClient } from '../../vendors/salesforce/client.ts';
import { SalesforceError } from '../../vendors/salesforce/errors.ts';
import { BATCH_LIMITS } from '../limits.ts';
import { buildShare, type ShareOptions } from './build-share.ts';
import { parseDeliveryRow, timeIn, type UnreadableRow } from './delivery-row.ts';
import { batchesOf, type DeliveryQuery, readRows } from './read-rows.ts';

export interface BatchOptions {
  readonly client: SalesforceClient;
  readonly config: Pick<SalesforceConfig, 'contentUrl'>;
  /** the org's Id if it is a sandbox */
  readonly sandboxOrgId?: string;
}

export interface DeliveryBatch {
  readonly shares: readonly Share[];
  /**
   * epoch milliseconds: every delivery up to here was read, in the order of `query.field`; not after
   * `now`
   */
  readonly reached: number;
}

/**
 * Yields the deliveries as shares, in batches. `reached` stays before a faulty delivery, so that
 * every run reads it again and reports it. The deliveries after it are still read. Then throws
 * UserError; also throws UserError if the org shows no deliveries at all.
 */
export async function* deliveryBatches(
  options: BatchOptions,
  from: { readonly query: DeliveryQuery; readonly reached: number; readonly now: number },
): AsyncGenerator<DeliveryBatch> {
  const { query, now } = from;
  let { reached } = from;
  const unreadable: UnreadableRows = { count: 0, first: undefined };
  try {
    const rows = readRows(options.client, query);
    for await (const batch of batchesOf(rows, BATCH_LIMITS.sharesPerBatchMax)) {
      const shareOptions = await shareOptionsOf(options);
      // A row can repeat after a lost query locator; it is one share.
      const shares = new Map<string, Share>();
      for (const row of batch) {
        const parsed = parseDeliveryRow(row);
        if ('unreadable' in parsed) {
          addUnreadable(unreadable, parsed);
          continue;
        }
        shares.set(parsed.Id, notAfter(now, buildShare(parsed, shareOptions)));
        const time = Math.min(now, timeIn(row, query.field) ?? 0);
        if (unreadable.count === 0) reached = Math.max(reached, time);
      }
      yield { shares: [...shares.values()], reached };
    }
  } catch (error) {
    throw explainHiddenDeliveries(error);
  }
  if (unreadable.count > 0) throw unreadableDeliveries(unreadable);
}

/** An import can create rows with any time, but no event may be later than now. */
function notAfter(now: number, share: Share): Share {
  return share.sharedAt > now ? { ...share, sharedAt: now } : share;
}

async function shareOptionsOf(options: BatchOptions): Promise<ShareOptions> {
  const { client, config, sandboxOrgId } = options;
  const { contentUrl } = config;
  return { instanceUrl: await client.instanceUrl(), contentUrl, sandboxOrgId };
}

/** A count instead of a list: an org can have any number of faulty rows. */
interface UnreadableRows {
  count: number;
  first: string | undefined;
}

function addUnreadable(rows: UnreadableRows, row: UnreadableRow): void {
  rows.count += 1;
  rows.first ??= row.unreadable;
}

function unreadableDeliveries({ count, first }: UnreadableRows): UserError {
  const message =
    count === 1
      ? `Salesforce sent a delivery that cannot be read: ${first}`
      : `Salesforce sent ${count} deliveries that cannot be read; the first: ${first}`;
  return new UserError(message, {
    hint:
      'The others were read, and each run reads this one again, so nothing is lost. Check the ' +
      'delivery in Salesforce; to skip it, set start to a time after its last change.',
  });
}

/** The error itself, unless it means that the org shows no deliveries. */
export function explainHiddenDeliveries(error: unknown): unknown {
  return isDeliveriesHidden(error) ? deliveriesHidden(error) : error;
}

/** Salesforce help: if content deliveries are off, the object is not in the schema. */
function isDeliveriesHidden(error: unknown): error is SalesforceError {
  return (
    error instanceof SalesforceError &&
    error.code === 'INVALID_TYPE' &&
    error.message.includes('ContentDistribution')
  );
}

function deliveriesHidden(cause: SalesforceError): UserError {
  return new UserError('Salesforce shows no content deliveries (ContentDistribution)', {
    hint:
      'Turn on Setup > Content Deliveries and Public Links, and give the integration user access ' +
      'to content deliveries and files; or set salesforce.contentDistributions: false.',
    cause,
  });
}
