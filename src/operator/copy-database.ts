import { type CopiedTable, copyDatabase } from '../db/copy/copy-database.ts';
import type { CopyProgress } from '../db/copy/copy-table.ts';
import { queueForSearch } from '../outbox/search-index.ts';

export interface CopyRequest {
  /** the `database` setting of each */
  readonly from: string;
  readonly to: string;
  /** must be cheap: it is called for each page */
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies a database to another one, and compares the two. Copied events are queued for search, because
 * the two kinds of database have different indexes: the next run builds the new one. For the errors,
 * see `copyDatabase`.
 */
export function copyToOtherDatabase(request: CopyRequest): Promise<readonly CopiedTable[]> {
  return copyDatabase({
    ...request,
    onEvents: async (trx, events) => {
      for (const [tenant, ofTenant] of Map.groupBy(events, (event) => event.tenant)) {
        await queueForSearch(
          trx,
          tenant,
          ofTenant.map(({ event_id }) => event_id),
        );
      }
    },
  });
}
