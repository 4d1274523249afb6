import type { SalesforceConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { Share } from '../../share/share.ts';
import type { FaultyRow } from '../../vendors/faulty-row.ts';
import { SalesforceError } from '../../vendors/salesforce/errors.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import type { SalesforceClient } from '../../vendors/salesforce/salesforce-client.ts';
import { BATCH_LIMITS } from '../limits.ts';
import type { SetAside } from '../set-aside.ts';
import { buildShare } from './build-share.ts';
import { type DeliveryRow, parseDeliveryRow } from './delivery-row.ts';
import { batchesOf, type DeliveryQuery, isQueried, readRows } from './read-rows.ts';

export interface BatchOptions {
  readonly client: SalesforceClient;
  readonly config: Pick<SalesforceConfig, 'contentUrl'>;
  readonly setAside: SetAside;
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
 * Yields the deliveries as shares, in batches. Sets faulty deliveries aside. Throws UserError if the
 * org shows no deliveries at all.
 */
export async function* deliveryBatches(
  options: BatchOptions,
  from: { readonly query: DeliveryQuery; readonly reached: number; readonly now: number },
): AsyncGenerator<DeliveryBatch> {
  const { query, now } = from;
  let { reached } = from;
  const { config, sandboxOrgId, setAside } = options;
  const read = (row: Row, instanceUrl: string) => {
    const parsed = parseQueriedRow(row, query);
    if ('problem' in parsed) return parsed;
    return notAfter(now, buildShare(parsed, { ...config, instanceUrl, sandboxOrgId }));
  };
  try {
    const rows = readRows(options.client, query, read);
    for await (const batch of batchesOf(rows, BATCH_LIMITS.sharesPerBatchMax)) {
      // A row can repeat after a lost query locator; it is one share.
      const shares = new Map<string, Share>();
      for (const { value, time = 0 } of batch) {
        if ('problem' in value) setAside.add(value);
        else shares.set(value.shareId, value);
        if (isQueried(query, time)) reached = Math.max(reached, Math.min(now, time));
      }
      yield { shares: [...shares.values()], reached };
    }
  } catch (error) {
    throw explainHiddenDeliveries(error);
  }
}

/** A delivery that was not created in the queried window is faulty: no window would contain it. */
function parseQueriedRow(row: Row, query: DeliveryQuery): DeliveryRow | FaultyRow {
  const parsed = parseDeliveryRow(row);
  const isFaulty = 'problem' in parsed || query.field !== 'CreatedDate';
  if (isFaulty || isQueried(query, parsed.CreatedDate)) return parsed;
  const problem = 'CreatedDate: is not in the queried time';
  return { kind: 'delivery', id: parsed.Id, problem, row };
}

/** An import can create rows with any time, but no event may be later than now. */
export function notAfter(now: number, share: Share): Share {
  return share.sharedAt > now ? { ...share, sharedAt: now } : share;
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
