import type { TenantConfig } from '../config/types.ts';
import { databaseTime } from '../db/database-time.ts';
import { acquireLease, DUTIES, extendLease, type LeaseKey, releaseLease } from '../db/leases.ts';
import { LeaseLost } from '../lib/errors.ts';
import { hexDigest } from '../lib/hex-digest.ts';
import type { AppContext } from '../runs/app-context.ts';

const HASH_DIGITS = 16;

/**
 * The lease of what one process does for all with the same tenants. It also shows `copy-database` that
 * a process is running, even if no run is in progress.
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

/** A process with `--tenant`, or with another folder, cannot do the duties for other tenants. */
function leaseOf(tenants: readonly TenantConfig[]): string {
  const names = JSON.stringify(tenants.map(({ tenant }) => tenant).toSorted());
  return `${DUTIES} ${hexDigest(names, HASH_DIGITS)}`;
}
