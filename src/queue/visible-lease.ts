import { databaseTime } from '../db/database-time.ts';
import { acquireLease, DUTIES, extendLease, type LeaseKey, releaseLease } from '../db/leases.ts';
import { LEASE_LIMITS } from '../db/limits.ts';
import { LeaseLost, messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';

/**
 * Holds a lease of this process while `work` runs, for a `start` without a shared queue: the lease
 * shows `copy-database` and `restore` that a process is running, even if no run is in progress. Throws
 * DatabaseError, such as during a copy of the database, before the work has begun.
 */
export async function whileVisible<T>(
  context: AppContext,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const holder = context.holder();
  const lease = { key: await takeFree(context, holder) };
  const over = new AbortController();
  const kept = keep(context, lease, AbortSignal.any([signal, over.signal]));
  try {
    return await work();
  } finally {
    over.abort();
    await kept;
    await releaseLease(context.db, lease.key).catch((error: unknown) => warn(context, error));
  }
}

/**
 * Several processes can run with one database, so each takes the first free of numbered leases. With
 * one lease for all, the others would be invisible for some seconds after its holder has ended.
 */
async function takeFree({ db, clock }: AppContext, holder: string): Promise<LeaseKey> {
  for (let number = 1; ; number += 1) {
    const key = { name: `${DUTIES} ${number}`, holder };
    if (await acquireLease(db, key, await databaseTime(db, clock))) return key;
  }
}

async function keep(
  context: AppContext,
  lease: { key: LeaseKey },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await context.clock.sleep(LEASE_LIMITS.heartbeatMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      lease.key = await extended(context, lease.key);
    } catch (error) {
      warn(context, error);
    }
  }
}

/** The lease, or another one if it was lost while this process was suspended. */
async function extended(context: AppContext, key: LeaseKey): Promise<LeaseKey> {
  const { db, clock } = context;
  try {
    await extendLease(db, key, await databaseTime(db, clock));
    return key;
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    return takeFree(context, key.holder);
  }
}

function warn({ log }: AppContext, error: unknown): void {
  log.warn(`this process could not report whether it is running: ${messageOf(error)}`);
}
