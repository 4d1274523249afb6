import { z } from 'zod';
import { readCursor } from '../db/cursors.ts';
import { durably } from '../db/durably.ts';
import type { Database } from '../db/schema.ts';
import { commitCursor } from '../outbox/commit.ts';
import { futurePosition, isInFuture } from '../sources/future-position.ts';
import type { ReadingRun, Run } from './run-lifecycle.ts';
import { isStop, isVendorFailure, runError } from './stage-errors.ts';

const START_STREAM = 'start';
const SECOND_MS = 1_000;

/** The start of a sync, which its first run stores. Epoch milliseconds. */
export async function startOfTenant(run: Run): Promise<number> {
  const { start, isNew } = await findStart(run);
  if (isNew) await keepStart(run, start);
  return start;
}

/**
 * The configured start, or the time of the first sync: by Salesforce's clock, because all shares
 * before it are skipped. A stored start in the future is moved back and reported. `isNew`: it is not
 * stored yet. Epoch milliseconds.
 */
export async function findStart(
  run: ReadingRun,
): Promise<{ readonly start: number; readonly isNew: boolean }> {
  const { context, startedAt } = run;
  const { tenant, start } = run.tenant;
  if (start !== undefined) return { start, isNew: false };
  const kept = await keptStart(context.db, tenant);
  if (kept !== undefined && !isInFuture(kept, startedAt)) return { start: kept, isNew: false };
  const now = await salesforceTime(run);
  if (kept !== undefined && !isInFuture(kept, now)) return { start: kept, isNew: false };
  const first = firstStart(now);
  if (kept !== undefined) {
    run.counters.addError(runError('run', futurePosition({ position: kept, now, from: first })));
  }
  return { start: first, isNew: true };
}

/** After a power cut, a later start would skip what was shared in the meantime. */
async function keepStart({ context, startedAt, lease, tenant }: Run, start: number): Promise<void> {
  const position = JSON.stringify({ start: new Date(start).toISOString() });
  const stream = START_STREAM;
  const cursor = { tenant: tenant.tenant, stream, position, updatedAt: startedAt };
  await durably(context.db, (db) => commitCursor(db, lease.key, cursor));
}

/** Salesforce's time when the run began. A login shows it, and is not a billed call. */
async function salesforceTime(run: ReadingRun): Promise<number> {
  const { context, startedAt } = run;
  const { salesforce } = run.connections;
  try {
    await salesforce.instanceUrl();
  } catch (error) {
    // Each stage that needs the login reports the failure.
    if (!isVendorFailure(error) && !isStop(error)) throw error;
  }
  return startedAt + salesforce.now() - context.clock.now();
}

/** The stored time of the tenant's first sync; undefined before it. */
export async function keptStart(db: Database, tenant: string): Promise<number | undefined> {
  const position = await readCursor(db, { tenant, stream: START_STREAM });
  if (position === undefined) return undefined;
  return Date.parse(z.object({ start: z.string() }).parse(JSON.parse(position)).start);
}

/**
 * The start that a first sync at `now` stores: the second in which it began. Salesforce timestamps
 * have whole seconds, so a delivery made a moment later could seem older than `now`.
 */
export function firstStart(now: number): number {
  return Math.floor(now / SECOND_MS) * SECOND_MS;
}
