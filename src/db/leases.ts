import type { Clock } from '../lib/clock.ts';
import { isDead } from './holder.ts';
import { LEASE_LIMITS } from './limits.ts';
import type { Database, Statement } from './schema.ts';

export interface LeaseKey {
  readonly name: string;
  readonly holder: string;
}

/** Somebody else took the lease over while this process stood still: it may write nothing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor(lease: string) {
    super(`another process took over ${lease} while this one stood still; it wrote nothing since`);
  }
}

/** Takes the lease if it is free, run out, or its holder is certainly dead; false otherwise. */
export async function acquireLease(db: Database, key: LeaseKey, now: number): Promise<boolean> {
  const until = now + LEASE_LIMITS.leaseMs;
  return db.transaction().execute(async (trx) => {
    const current = await findLease(trx, key.name);
    if (current && current.until > now && !isDead(current.holder)) return false;
    await trx
      .insertInto('lease')
      .values({ ...key, until })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ holder: key.holder, until }))
      .execute();
    return true;
  });
}

/** Holds on for another term. Throws LeaseLost. */
export async function extendLease(db: Database, key: LeaseKey, now: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('lease')
    .set({ until: now + LEASE_LIMITS.leaseMs })
    .where('name', '=', key.name)
    .where('holder', '=', key.holder)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LeaseLost(key.name);
}

/**
 * Called first in every transaction of a run: what a holder writes after it lost the lease is
 * rolled back, also when it was stopped for an hour in between. Throws LeaseLost.
 */
export async function guardLease(trx: Statement, key: LeaseKey): Promise<void> {
  const current = await findLease(trx, key.name);
  if (current?.holder !== key.holder) throw new LeaseLost(key.name);
}

export async function releaseLease(db: Database, key: LeaseKey): Promise<void> {
  await db
    .deleteFrom('lease')
    .where('name', '=', key.name)
    .where('holder', '=', key.holder)
    .execute();
}

/**
 * Does short work (less than a term) while nobody else holds the lease; waits for it if need be.
 */
export async function withLease<T>(
  parts: { readonly db: Database; readonly clock: Clock },
  key: LeaseKey,
  work: () => Promise<T>,
): Promise<T> {
  const { db, clock } = parts;
  while (!(await acquireLease(db, key, clock.now()))) await clock.sleep(LEASE_LIMITS.pollMs);
  try {
    return await work();
  } finally {
    await releaseLease(db, key);
  }
}

/** Whether a run may be under way: for telling a run that works from one that died. */
export async function isLeased(db: Statement, name: string, now: number): Promise<boolean> {
  const current = await findLease(db, name);
  return current !== undefined && current.until > now && !isDead(current.holder);
}

async function findLease(db: Statement, name: string) {
  return db
    .selectFrom('lease')
    .select(['holder', 'until'])
    .where('name', '=', name)
    .executeTakeFirst();
}
