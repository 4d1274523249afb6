import type { Clock } from '../lib/clock.ts';
import { LeaseLost } from '../lib/errors.ts';
import { compileOnce } from './compile-once.ts';
import { databaseTime } from './database-time.ts';
import { stateOf } from './holder.ts';
import { LEASE_LIMITS } from './limits.ts';
import { lockName } from './locks.ts';
import type { Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';
import { requireFinishedCopy } from './unfinished-copy.ts';

/** begins the name of the lease that a `start` or `worker` has while it is running */
export const DUTIES = 'duties';

export interface LeaseKey {
  readonly name: string;
  readonly holder: string;
}

/**
 * Takes the lease if it is free, expired, or void, or its holder is certainly dead; false otherwise.
 * Throws DatabaseError if the database has become an unfinished copy.
 */
export async function acquireLease(db: Database, key: LeaseKey, now: number): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const isTaken = await takeLease(trx, key, now);
    // After `takeLease`: a copy that begins now waits for this transaction, and then sees the lease.
    await requireFinishedCopy(trx);
    return isTaken;
  });
}

/** The same as a part of a transaction, even in an unfinished copy. */
export async function takeLease(trx: Statement, key: LeaseKey, now: number): Promise<boolean> {
  const until = now + LEASE_LIMITS.leaseMs;
  // The row may not exist yet.
  await lockName(trx, `lease ${key.name}`);
  const current = await lockLease(trx, key.name);
  if (current && isValidLease(current, now)) return false;
  await trx
    .insertInto('lease')
    .values({ ...key, until })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ holder: key.holder, until }))
    .execute();
  return true;
}

/** Extends the lease from `now`. Throws LeaseLost. */
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
 * Must be called first in every transaction of a run: what a holder writes after it lost the lease is
 * rolled back, even if the process was suspended for an hour. The run's other transactions wait until
 * this one ends. Throws LeaseLost.
 */
export async function guardLease(trx: Statement, key: LeaseKey): Promise<void> {
  const current = await lockLease(trx, key.name);
  if (current?.holder !== key.holder) throw new LeaseLost(key.name);
}

export async function releaseLease(db: Database, key: LeaseKey): Promise<void> {
  await db
    .deleteFrom('lease')
    .where('name', '=', key.name)
    .where('holder', '=', key.holder)
    .execute();
}

/** Does work that is shorter than a lease while it holds the lease; waits for it if necessary. */
export async function withLease<T>(
  parts: { readonly db: Database; readonly clock: Clock },
  key: LeaseKey,
  work: () => Promise<T>,
): Promise<T> {
  const { db, clock } = parts;
  while (!(await acquireLease(db, key, await databaseTime(db, clock)))) {
    await clock.sleep(LEASE_LIMITS.pollMs);
  }
  try {
    return await work();
  } finally {
    await releaseLease(db, key);
  }
}

/** Who has a lease, as the begin of a sentence: other names contain what they protect. */
export function holderText(name: string): string {
  return name.startsWith(`${DUTIES} `)
    ? '`start` or `worker` is running'
    : `a process holds ${name}`;
}

/** Whether the lease has a live holder, as far as this machine can see. */
export async function isLeased(db: Statement, name: string, now: number): Promise<boolean> {
  const current = await findLease(db, name);
  return current !== undefined && isValidLease(current, now);
}

/**
 * A lease ends at most one term from now. One that ends later was written by a clock that was ahead:
 * it is void, unless its holder is certainly alive (then this clock was set back, and the next
 * heartbeat corrects the end). Otherwise, the lease of a dead run would last as long as its clock was
 * ahead.
 */
export function isValidLease(
  lease: { readonly holder: string; readonly until: number },
  now: number,
): boolean {
  if (lease.until <= now) return false;
  const state = stateOf(lease.holder);
  if (state !== 'unknown') return state === 'alive';
  return lease.until <= now + LEASE_LIMITS.leaseMs + LEASE_LIMITS.clockDifferenceMsMax;
}

interface StoredLease {
  readonly holder: string;
  readonly until: number;
}

const selectLease = compileOnce<{ readonly name: string }, StoredLease>((db, value) =>
  db.selectFrom('lease').select(['holder', 'until']).where('name', '=', value('name')),
);

const selectLeaseForUpdate = compileOnce<{ readonly name: string }, StoredLease>((db, value) =>
  db.selectFrom('lease').select(['holder', 'until']).where('name', '=', value('name')).forUpdate(),
);

/**
 * Until the transaction ends, no other one of this tenant continues, and no process takes the
 * lease.
 */
async function lockLease(trx: Statement, name: string) {
  const { rows } = await selectLeaseForUpdate(trx, { name });
  return rows[0];
}

async function findLease(db: Statement, name: string) {
  const { rows } = await selectLease(db, { name });
  return rows[0];
}
