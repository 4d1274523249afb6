import type { TenantConfig } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import { acquireLease, DUTIES, extendLease, type LeaseKey, releaseLease } from '../db/leases.ts';
import { LEASE_LIMITS } from '../db/limits.ts';
import { LeaseLost, messageOf } from '../lib/errors.ts';
import { hexDigest } from '../lib/hex-digest.ts';
import type { AppContext } from '../runs/app-context.ts';

const HASH_DIGITS = 16;

/**
 * The lease of what one process does for all with the same tenants. It also shows other processes
 * that this one is running: `copy-database` and `restore` refuse to start next to it, even if no run
 * is in progress.
 */
export class Duties {
  readonly #context: AppContext;
  readonly #tenants: () => readonly TenantConfig[];
  #key: LeaseKey;
  #isHeld = false;

  /** `tenants`: those of the configuration in effect */
  constructor(context: AppContext, tenants: () => readonly TenantConfig[]) {
    this.#context = context;
    this.#tenants = tenants;
    this.#key = { name: leaseOf(tenants()), holder: context.holder() };
  }

  /** of the lease: the same for all processes with the same tenants */
  get name(): string {
    return this.#key.name;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Extends the lease, or takes it if it is free. Throws DatabaseError; then it is not held. */
  async hold(): Promise<void> {
    const { db, clock } = this.#context;
    const name = leaseOf(this.#tenants());
    if (name !== this.#key.name) {
      await this.release();
      this.#key = { ...this.#key, name };
    }
    // Until the answer, the lease that was held is not over yet.
    try {
      const now = await databaseTime(db, clock);
      this.#isHeld = (await this.#extend(now)) || (await acquireLease(db, this.#key, now));
    } catch (error) {
      this.#isHeld = false;
      throw error;
    }
  }

  /** After a failure: the lease counts as lost until `hold` has confirmed it. */
  suspend(): void {
    this.#isHeld = false;
  }

  /** Throws DatabaseError; then the lease expires. */
  async release(): Promise<void> {
    this.#isHeld = false;
    await releaseLease(this.#context.db, this.#key);
  }

  /** False if this process does not have the lease, or another one has taken it. */
  async #extend(now: number): Promise<boolean> {
    try {
      await extendLease(this.#context.db, this.#key, now);
      return true;
    } catch (error) {
      if (error instanceof LeaseLost) return false;
      throw error;
    }
  }
}

/**
 * Holds the duties while `work` runs, for a process without a shared queue. Throws DatabaseError, such
 * as during a copy of the database, before the work has begun.
 */
export async function withDuties<T>(
  context: AppContext,
  { tenants, signal }: { readonly tenants: readonly TenantConfig[]; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const duties = new Duties(context, () => tenants);
  await duties.hold();
  const over = new AbortController();
  const kept = keep(context, duties, AbortSignal.any([signal, over.signal]));
  try {
    return await work();
  } finally {
    over.abort();
    await kept;
    await duties.release().catch((error: unknown) => warn(context, error));
  }
}

async function keep(context: AppContext, duties: Duties, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await context.clock.sleep(LEASE_LIMITS.heartbeatMs, signal).catch(() => {});
    if (!signal.aborted) await duties.hold().catch((error: unknown) => warn(context, error));
  }
}

function warn({ log }: AppContext, error: unknown): void {
  log.warn(`this process could not report whether it is running: ${messageOf(error)}`);
}

/** A process with `--tenant`, or with another folder, cannot do the duties for other tenants. */
function leaseOf(tenants: readonly TenantConfig[]): string {
  const names = JSON.stringify(tenants.map(({ tenant }) => tenant).toSorted());
  return `${DUTIES} ${hexDigest(names, HASH_DIGITS)}`;
}
