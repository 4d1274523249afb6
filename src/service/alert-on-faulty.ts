import type { FaultyTenant } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import { acquireLease } from '../db/leases.ts';
import { hexDigest } from '../lib/hex-digest.ts';
import type { AppContext } from '../runs/app-context.ts';
import type { Alerts } from './alerts.ts';

const HASH_DIGITS = 16;

/**
 * Queues an alert for a tenant that cannot run, unless another process has queued the same one within
 * the term of a lease: several `start` processes begin, and reload, at the same time. Throws
 * DatabaseError.
 */
export async function alertOnFaulty(
  context: AppContext,
  alerts: Pick<Alerts, 'addFaulty'>,
  faulty: FaultyTenant,
): Promise<void> {
  const { db, clock, holder } = context;
  const key = { name: claimOf(faulty), holder: holder() };
  // Nothing releases it.
  if (await acquireLease(db, key, await databaseTime(db, clock))) alerts.addFaulty(context, faulty);
}

/** Other problems of the same tenant are another alert. Machines may have the file elsewhere. */
function claimOf({ tenant, problems }: FaultyTenant): string {
  const known = JSON.stringify(problems.map(({ path, message }) => [path, message]));
  return `alert ${tenant} ${hexDigest(known, HASH_DIGITS)}`;
}
