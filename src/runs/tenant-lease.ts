import { acquireLease, extendLease, type LeaseKey, LeaseLost, releaseLease } from '../db/leases.ts';
import { LEASE_LIMITS } from '../db/limits.ts';
import { DatabaseError } from '../lib/errors.ts';
import type { AppContext } from './context.ts';

/** The tenant's lease while a run works on it. */
export interface TenantLease {
  readonly key: LeaseKey;
  /** Aborted when the run is asked to stop, or when the lease was lost. */
  readonly signal: AbortSignal;
}

export function leaseName(tenant: string): string {
  return `tenant ${tenant}`;
}

/**
 * Runs `work` while holding the tenant, with a heartbeat; undefined where another run holds it.
 * Throws LeaseLost where another process took the tenant over meanwhile.
 */
export async function withTenantLease<T>(
  context: AppContext,
  options: { readonly tenant: string; readonly signal: AbortSignal },
  work: (lease: TenantLease) => Promise<T>,
): Promise<T | undefined> {
  const { db, clock } = context;
  const key = { name: leaseName(options.tenant), holder: context.holder() };
  if (!(await acquireLease(db, key, clock.now()))) return undefined;
  const lost = new AbortController();
  const over = new AbortController();
  const heartbeat = keepAlive(context, key, { lost, over: over.signal });
  try {
    return await work({ key, signal: AbortSignal.any([options.signal, lost.signal]) });
  } finally {
    over.abort();
    await heartbeat;
    await giveBack(context, key);
  }
}

/** Where the database cannot do that any more, the lease ends by itself, and the work as it did. */
async function giveBack({ db, log }: AppContext, lease: LeaseKey): Promise<void> {
  try {
    await releaseLease(db, lease);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const seconds = LEASE_LIMITS.leaseMs / 1_000;
    log.warn(`${lease.name} is held for up to ${seconds} s more: ${error.message}`);
  }
}

/**
 * Extends the lease until the work is over. One failed write is no reason to end a run while the
 * lease lasts; a lost lease is, and so is one that ran out.
 */
async function keepAlive(
  context: AppContext,
  lease: LeaseKey,
  ends: { readonly lost: AbortController; readonly over: AbortSignal },
): Promise<void> {
  const { clock, db } = context;
  let heldUntil = clock.now() + LEASE_LIMITS.leaseMs;
  while (!ends.over.aborted) {
    try {
      await clock.sleep(LEASE_LIMITS.heartbeatMs, ends.over);
      const now = clock.now();
      await extendLease(db, lease, now);
      heldUntil = now + LEASE_LIMITS.leaseMs;
    } catch (error) {
      if (ends.over.aborted) return;
      if (error instanceof DatabaseError && clock.now() < heldUntil) continue;
      if (error instanceof LeaseLost) context.log.error(error.message, { lease: lease.name });
      ends.lost.abort(error);
      return;
    }
  }
}
