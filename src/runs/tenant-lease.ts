import { databaseTime } from '../db/database-time.ts';
import { acquireLease, extendLease, type LeaseKey, releaseLease } from '../db/leases.ts';
import { LEASE_LIMITS } from '../db/limits.ts';
import { DatabaseError, DatabaseReplaced, LeaseLost } from '../lib/errors.ts';
import type { AppContext } from './app-context.ts';

/** The tenant's lease while a run works on it. */
export interface TenantLease {
  readonly key: LeaseKey;
  /** aborted when a stop is requested, or when the lease is lost */
  readonly signal: AbortSignal;
}

export function leaseName(tenant: string): string {
  return `tenant ${tenant}`;
}

/**
 * Runs `work` with the tenant's lease, which a heartbeat extends. Returns undefined if another run
 * has the lease. Throws LeaseLost if another process took it over in the meantime.
 */
export async function withTenantLease<T>(
  context: AppContext,
  options: { readonly tenant: string; readonly signal: AbortSignal },
  work: (lease: TenantLease) => Promise<T>,
): Promise<T | undefined> {
  const { db, clock } = context;
  const key = { name: leaseName(options.tenant), holder: context.holder() };
  if (!(await acquireLease(db, key, await databaseTime(db, clock)))) return undefined;
  const lost = new AbortController();
  const over = new AbortController();
  const heartbeat = keepAlive(context, key, { lost, over: over.signal });
  try {
    return await work({ key, signal: AbortSignal.any([options.signal, lost.signal]) });
  } finally {
    over.abort();
    await heartbeat;
    await release(context, key);
  }
}

/** If the database fails, the lease expires; the result of the work is not affected. */
async function release({ db, log }: AppContext, lease: LeaseKey): Promise<void> {
  try {
    await releaseLease(db, lease);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const seconds = LEASE_LIMITS.leaseMs / 1_000;
    const message = `the lease of ${lease.name} expires in up to ${seconds} s: ${error.message}`;
    log.warn(message, { stage: 'run' });
  }
}

/**
 * Extends the lease until the work is over. A failed write does not end the run while the lease is
 * valid. A lost or expired lease does, and so does a database that was replaced: another process can
 * have taken the same tenant's lease in the new one.
 */
async function keepAlive(
  context: AppContext,
  lease: LeaseKey,
  signals: { readonly lost: AbortController; readonly over: AbortSignal },
): Promise<void> {
  const { clock, databaseFiles, db } = context;
  let validUntil = clock.now() + LEASE_LIMITS.leaseMs;
  while (!signals.over.aborted) {
    try {
      await clock.sleep(LEASE_LIMITS.heartbeatMs, signals.over);
      databaseFiles.requireUnchanged();
      const now = clock.now();
      await extendLease(db, lease, await databaseTime(db, clock));
      validUntil = now + LEASE_LIMITS.leaseMs;
    } catch (error) {
      if (signals.over.aborted) return;
      if (mayPass(error) && clock.now() < validUntil) continue;
      if (error instanceof LeaseLost) {
        context.log.error(error.message, { stage: 'run', lease: lease.name });
      }
      signals.lost.abort(error);
      return;
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError && !(error instanceof DatabaseReplaced);
}
