import type { TenantConfig } from '../config/types.ts';
import type { ContentShared } from '../event/contract.ts';
import { SYNC_LIMITS } from '../lib/limits.ts';
import { pagesInState } from '../outbox/pages.ts';
import type { NewEvent } from '../outbox/stored.ts';
import type { ApiUsage } from '../vendors/salesforce/client.ts';
import { connect, salesforceSource } from './connections.ts';
import type { Context } from './context.ts';
import { type DriveReading, driveKnowledge, type ReadDriveOptions, readDrive } from './drive.ts';
import { openDriveScratch } from './drive-scratch.ts';
import { rulesOf } from './judge.ts';
import { localRejections } from './outcome.ts';
import { type ReadBatch, type Reading, readSource, reconsiderHeld } from './read.ts';
import type { RunError, Vendor } from './report.ts';
import { tryStage } from './stages.ts';
import { firstStart, keptStart } from './start.ts';
import { judgementOf, Tally } from './tally.ts';

export interface DryRunOptions {
  readonly tenant: TenantConfig;
  readonly reach: 'new' | 'all';
  readonly signal: AbortSignal;
  /** Takes each body as it becomes known; awaited, so that a slow reader slows the run. */
  readonly show: (body: ContentShared) => Promise<void>;
}

/** What a `sync` would do now, and what finding out has cost. */
export interface DryRunReport {
  readonly tenant: string;
  readonly found: number;
  readonly wouldSend: number;
  readonly wouldHold: number;
  readonly wouldSkip: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<Vendor, number>>;
  /** the org's own count over 24 hours, all integrations together */
  readonly salesforceUsage?: ApiUsage;
  readonly errors: readonly RunError[];
}

/**
 * Reads and judges as `sync` does and writes nothing anywhere: what already waits is shown first,
 * in the order of sending, then what reading adds.
 */
export async function dryRun(context: Context, options: DryRunOptions): Promise<DryRunReport> {
  const { db, clock } = context;
  const { tenant, reach, signal } = options;
  const tally = new Tally();
  const connections = connect(context, { tenant, tally, signal });
  const start = tenant.start ?? (await keptStart(db, tenant.tenant)) ?? firstStart(clock.now());
  const sources = salesforceSource(connections.salesforce, { tenant, start, reach });
  let sent = await showPending(context, options);
  const showIfPending = async ({ state, body }: NewEvent) => {
    if (state !== 'pending' || !body) return;
    await options.show(body);
    sent += 1;
  };
  // Nothing is written, so a held event that a page moved is met again among the held ones.
  const shownFromPages = new Set<string>();
  const take = async ({ created, reconsidered: all, replaced, cursor }: ReadBatch) => {
    const reconsidered = all.filter(({ eventId }) => !shownFromPages.has(eventId));
    if (cursor) for (const { eventId } of reconsidered) shownFromPages.add(eventId);
    for (const eventId of replaced) shownFromPages.add(eventId);
    tally.addReplaced(replaced);
    tally.addReconsidered(reconsidered);
    for (const event of created) {
      tally.addCreated([judgementOf(event)]);
      await showIfPending(event);
    }
    for (const event of reconsidered) await showIfPending(event);
  };
  const rules = rulesOf(tenant, start);
  const crm = connections.salesforce;
  const reading = { db, clock, tenant, rules, runStartedAt: clock.now(), crm, signal, take };
  for (const source of sources) await tryStage(tally, () => readSource(reading, source));
  const drive = await dryReadDrive(reading, { context, tally, start, reach });
  await tryStage(tally, () => reconsiderHeld(reading, driveKnowledge(tenant, drive)));
  for (const error of localRejections(tally.rejectedLocally)) tally.addError(error);
  const { usage } = connections.salesforce;
  return {
    tenant: tenant.tenant,
    found: tally.foundInAll,
    wouldSend: sent,
    wouldHold: tally.held,
    wouldSkip: tally.skipped,
    calls: tally.calls,
    ...(usage && { salesforceUsage: usage }),
    errors: tally.errors,
  };
}

/** Drive is read as by `sync`, writing into a copy of what is known of it. */
async function dryReadDrive(
  reading: Reading,
  options: Omit<ReadDriveOptions, 'record'>,
): Promise<DriveReading> {
  const { tenant, db } = reading;
  if (tenant.googleDrive === undefined) return { outcome: 'none' };
  const scratch = await openDriveScratch(db, tenant.tenant);
  const take = async (batch: ReadBatch) => {
    await scratch.keep(batch);
    await reading.take(batch);
  };
  try {
    return await readDrive({ ...reading, take }, { ...options, record: scratch.db });
  } finally {
    await scratch.close();
  }
}

async function showPending(context: Context, options: DryRunOptions): Promise<number> {
  let shown = 0;
  const { tenant } = options.tenant;
  const size = SYNC_LIMITS.sharesPerBatchMax;
  for await (const events of pagesInState(context.db, { tenant, state: 'pending', size })) {
    for (const { body } of events) {
      if (!body) continue;
      await options.show(body);
      shown += 1;
    }
  }
  return shown;
}
