import { backfillStream } from '../db/backfills.ts';
import type { OrgIdentity } from '../db/bindings.ts';
import { createSalesforceBackfill } from '../sources/salesforce/backfill-source.ts';
import { createSalesforceSync } from '../sources/salesforce/sync-source.ts';
import type { SetAside } from '../sources/set-aside.ts';
import { backfillOf } from './backfill-window.ts';
import { readSource } from './read-source.ts';
import {
  type ReadBatch,
  type StageReading,
  type SyncReading,
  startOfSource,
  type WindowReading,
} from './reading-context.ts';
import { reopenBeforeStart } from './reopen-before-start.ts';
import { sandboxIdOf, withStoredIds } from './sandbox-event-ids.ts';
import { withSetAside } from './set-aside-rows.ts';
import { inStage, runError } from './stage-errors.ts';

/** Reads the tenant's new content deliveries. */
export async function readDeliveries(reading: SyncReading): Promise<void> {
  const { run, tenant, reach } = reading;
  const org = await orgOf(reading);
  const retry = reach === 'all' ? 'all' : 'of earlier versions';
  await withSetAside(reading, { source: 'salesforce', retry }, async (kept, setAside) => {
    const source = createSalesforceSync({
      client: run.connections.salesforce,
      config: tenant.salesforce,
      ...sandboxIdOf(org),
      tenant: tenant.tenant,
      start: startOfSource(reading, 'salesforce'),
      full: reach === 'all',
      onFailure: (error) => run.counters.addError(runError('salesforce', error)),
      setAside,
    });
    await readSource(kept, withStoredIds(source, org, reading));
  });
}

/** Reads the content deliveries of a past window, with a cursor of their own. */
export async function readDeliveryWindow(reading: WindowReading): Promise<void> {
  const { run, tenant, window } = reading;
  const org = await orgOf(reading);
  // What a sync skipped as too old is queued even if Salesforce no longer has it.
  await reopenBeforeStart(reading, { ...window, source: 'salesforce' });
  let total = 0;
  let done = 0;
  const report = () => run.emit?.({ kind: 'window read', done, total });
  const sourceWith = (setAside: SetAside) =>
    createSalesforceBackfill({
      client: run.connections.salesforce,
      config: tenant.salesforce,
      ...sandboxIdOf(org),
      stream: backfillStream(backfillOf(tenant, window, 'salesforce')),
      since: window.since,
      until: window.until,
      onFailure: (error) => run.counters.addError(runError('salesforce', error)),
      setAside,
      onTotal: (deliveries) => {
        total = deliveries;
        report();
      },
    });
  const take = async (batch: ReadBatch) => {
    await reading.take(batch);
    done += batch.sharesRead;
    report();
  };
  try {
    const options = { source: 'salesforce', retry: 'none' } as const;
    await withSetAside({ ...reading, take }, options, (kept, setAside) =>
      readSource(kept, withStoredIds(sourceWith(setAside), org, reading)),
    );
  } finally {
    // Rows that were not shares of the window no longer count.
    total = done;
    report();
  }
}

/** Undefined: Salesforce does not name the org. */
function orgOf({ run }: StageReading): Promise<OrgIdentity | undefined> {
  return inStage('salesforce', () => run.connections.accounts.org());
}
