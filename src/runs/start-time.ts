import { z } from 'zod';
import { readCursor } from '../db/cursors.ts';
import type { Database } from '../db/schema.ts';
import { commitCursor } from '../outbox/commit.ts';
import type { Run } from './run-lifecycle.ts';

const START_STREAM = 'start';
const SECOND_MS = 1_000;

/** The configured start, or the time of the first sync, which is stored then. Epoch milliseconds. */
export async function startOf(run: Run): Promise<number> {
  const { context, startedAt, lease } = run;
  const { tenant, start } = run.tenant;
  if (start !== undefined) return start;
  const kept = await keptStart(context.db, tenant);
  if (kept !== undefined) return kept;
  const first = firstStart(startedAt);
  const position = JSON.stringify({ start: new Date(first).toISOString() });
  const cursor = { tenant, stream: START_STREAM, position, updatedAt: startedAt };
  await commitCursor(context.db, lease.key, cursor);
  return first;
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
