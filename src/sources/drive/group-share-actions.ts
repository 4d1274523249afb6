import type { AuditEntry } from './audit-entry.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Grants by one person on one item within a minute: the grants of one share. */
export interface ShareAction {
  /** in chronological order; never empty */
  readonly entries: readonly [AuditEntry, ...AuditEntry[]];
}

/**
 * Groups grants, added in chronological order, into share actions. The result does not depend on
 * where pages end: an action is complete once the reading has passed its last possible moment. Holds
 * at most a minute of grants in memory.
 */
export class ShareActionGrouper {
  readonly #open = new Map<string, [AuditEntry, ...AuditEntry[]]>();
  readonly #actorOf: (entry: AuditEntry) => string;

  /** `actorOf`: identifies the person, who may have several addresses. */
  constructor(actorOf: (entry: AuditEntry) => string) {
    this.#actorOf = actorOf;
  }

  /** Adds the next grant and returns the actions that are complete by its time. */
  add(entry: AuditEntry): ShareAction[] {
    const completed = this.closeBefore(entry.at);
    const key = JSON.stringify([this.#actorOf(entry), entry.itemId]);
    const entries = this.#open.get(key);
    if (entries === undefined) this.#open.set(key, [entry]);
    else entries.push(entry);
    return completed;
  }

  /** The actions that entries from `at` (epoch milliseconds) on cannot extend, oldest first. */
  closeBefore(at: number): ShareAction[] {
    const completed: ShareAction[] = [];
    // The map is ordered by each action's start, and therefore by its end too.
    for (const [key, entries] of this.#open) {
      if (entries[0].at + DRIVE_LIMITS.actionMsMax >= at) break;
      this.#open.delete(key);
      completed.push({ entries });
    }
    return completed;
  }
}
