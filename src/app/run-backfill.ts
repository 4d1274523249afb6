import { beginBackfill, endBackfill } from '../db/backfills.ts';
import type { SourceName } from '../share/share.ts';
import type { Context } from './context.ts';
import { readDriveHistory } from './drive.ts';
import { rulesOf } from './judge.ts';
import { type PassOptions, runPass } from './pass.ts';
import { type ReadBatch, type Reading, readSource, reopenBeforeStart } from './read.ts';
import type { RunReport } from './report.ts';
import type { Run } from './run.ts';
import { tryStage } from './stages.ts';
import {
  backfillOf,
  deliveryWindow,
  type HistoryWindow,
  hasHistory,
  sourcesAsked,
} from './windows.ts';

export interface BackfillOptions extends PassOptions {
  readonly window: HistoryWindow;
}

/** A window that is being read, with the way that leads from its pages into the database. */
interface WindowReading {
  readonly run: Run;
  readonly window: HistoryWindow;
  readonly reading: Reading;
}

/**
 * One `backfill` of one tenant: the shares of a past window, each source with cursors of its own.
 * What is read is queued behind everything fresh, and what Gong does not take today waits there for
 * the coming runs. Throws RunBroken where the database failed, or for a bug; vendors' failures are in
 * the report.
 */
export function runBackfill(context: Context, options: BackfillOptions): Promise<RunReport> {
  const { window, tenant } = options;
  const sources = sourcesAsked(tenant, window);
  return runPass(context, options, {
    kind: 'backfill',
    read: (run, take) => readSources(run, { window, sources, take }),
  });
}

/** True where no source could be read at all. */
async function readSources(
  run: Run,
  how: {
    readonly window: HistoryWindow;
    readonly sources: readonly SourceName[];
    readonly take: (batch: ReadBatch) => Promise<void>;
  },
): Promise<boolean> {
  const { context, tenant, connections, tally, signal, startedAt } = run;
  const { window, sources } = how;
  let pages = 0;
  const take = async (batch: ReadBatch) => {
    await how.take(batch);
    pages += 1;
  };
  const { db, clock } = context;
  const rules = rulesOf(tenant, undefined);
  const crm = connections.salesforce;
  const reading = { db, clock, tenant, rules, runStartedAt: startedAt, crm, signal, take };
  let failed = 0;
  for (const source of sources) {
    const read = () => readWindow({ run, window, reading }, source);
    if (!(await tryStage(tally, read))) failed += 1;
  }
  return failed > 0 && failed === sources.length && pages === 0;
}

/** A window counts as read once its end was reached; until then the same command goes on with it. */
async function readWindow(work: WindowReading, source: SourceName): Promise<void> {
  const { run, window, reading } = work;
  const { context, hold, tenant } = run;
  const backfill = backfillOf(tenant, window, source);
  // What cannot be read is not under way: it is refused each time, with the reason.
  if (hasHistory(tenant, source)) {
    await beginBackfill(context.db, hold.lease, { backfill, now: context.clock.now() });
  }
  if (source === 'salesforce') await readDeliveries(work);
  else await readDriveHistory(reading, { context, tally: run.tally, record: context.db, window });
  await endBackfill(context.db, hold.lease, { backfill, now: context.clock.now() });
}

async function readDeliveries({ run, window, reading }: WindowReading): Promise<void> {
  const { connections, tenant, startedAt } = run;
  // What a sync passed over as too old goes, whether Salesforce still has it or not.
  await reopenBeforeStart(reading, { ...window, source: 'salesforce' });
  let total = 0;
  let done = 0;
  const onTotal = (deliveries: number) => {
    total = deliveries;
    run.tell({ done, total });
  };
  const options = { tenant, window, now: startedAt, onTotal };
  const source = deliveryWindow(connections.salesforce, options);
  const take = async (batch: ReadBatch) => {
    await reading.take(batch);
    done += batch.sharesRead;
    run.tell({ done, total });
  };
  try {
    await readSource({ ...reading, take }, source);
  } finally {
    // Rows that were no shares of the window are not waited for any more.
    run.tell({ done, total: done });
  }
}
