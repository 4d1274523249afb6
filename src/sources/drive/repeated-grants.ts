import type { AuditEntry } from './audit-entry.ts';
import { DRIVE_LIMITS } from './limits.ts';

interface LatestGrant {
  readonly entry: AuditEntry;
  isRevoked: boolean;
}

/**
 * Recognizes grants that Google logged again, from the entries alone: the result does not depend on
 * which windows were read before. Holds at most ten minutes of grants in memory.
 */
export class RepeatedGrants {
  readonly #latest = new Map<string, LatestGrant>();
  readonly #originals = new WeakMap<AuditEntry, AuditEntry>();

  /** Adds the next entry, in chronological order. */
  add(entry: AuditEntry): void {
    this.#forgetBefore(entry.at - DRIVE_LIMITS.repeatedGrantMsMax);
    const key = JSON.stringify([entry.itemId, entry.grant.key]);
    const latest = this.#latest.get(key);
    if (entry.change === 'revoke' && latest !== undefined) latest.isRevoked = true;
    if (entry.change !== 'grant') return;
    if (latest !== undefined && !latest.isRevoked) {
      this.#originals.set(entry, latest.entry);
      return;
    }
    // The map stays ordered by time.
    this.#latest.delete(key);
    this.#latest.set(key, { entry, isRevoked: false });
  }

  /** The first entry of the grant that `entry` repeats; undefined if it repeats none. */
  originalOf(entry: AuditEntry): AuditEntry | undefined {
    return this.#originals.get(entry);
  }

  #forgetBefore(at: number): void {
    for (const [key, { entry }] of this.#latest) {
      if (entry.at >= at) return;
      this.#latest.delete(key);
    }
  }
}
