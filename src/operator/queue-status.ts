import { databaseTime } from '../db/database-time.ts';
import { liveWorkers, type QueueDepth, queueDepth, type StoredWorker } from '../db/workers.ts';
import { countOf } from '../lib/format.ts';
import type { AppContext } from '../runs/app-context.ts';
import type { Attention } from './health.ts';

/** The shared queue of all machines. On SQLite, there is no worker and no depth. */
export interface QueueStatus {
  readonly workers: readonly StoredWorker[];
  readonly depth?: QueueDepth;
  /** by the database's clock, as the times of the workers */
  readonly now: number;
  readonly attention?: Attention;
}

export async function queueStatus({
  db,
  clock,
}: Pick<AppContext, 'db' | 'clock'>): Promise<QueueStatus> {
  const now = await databaseTime(db, clock);
  const workers = await liveWorkers(db, now);
  const depth = await queueDepth(db);
  const attention = workers.length === 0 && depth ? unservedQueue(depth) : undefined;
  return { workers, now, ...(depth && { depth }), ...(attention && { attention }) };
}

function unservedQueue({ waiting, active }: QueueDepth): Attention | undefined {
  const runs = waiting + active;
  if (runs === 0) return undefined;
  const wait = runs === 1 ? 'waits' : 'wait';
  return {
    message: `${countOf(runs, 'run')} ${wait} in the queue, and no worker is alive`,
    hint: 'Start `sharetrail worker`, on any machine.',
  };
}

/** The workers as `status --json` prints them; the keys are part of the external contract. */
export function workersJson({ workers }: QueueStatus) {
  return workers.map(({ id, host, startedAt, seenAt, runs }) => ({
    id,
    host,
    startedAt: new Date(startedAt).toISOString(),
    seenAt: new Date(seenAt).toISOString(),
    runs,
  }));
}
