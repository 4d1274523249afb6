import type { AuditEntry } from './audit-entry.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** What one person gave on one item, one after the other: the grants of one share. */
export interface Act {
  /** in the order of time; never empty */
  readonly entries: readonly [AuditEntry, ...AuditEntry[]];
}

/**
 * Forms acts from grants that come in the order of time, however they are cut into pages: an act
 * is complete once the time that was read goes past its end. Holds no more than a minute of grants.
 */
export class OpenActs {
  readonly #open = new Map<string, [AuditEntry, ...AuditEntry[]]>();

  /** Takes the next grant; gives the acts that its time completes. */
  add(entry: AuditEntry): Act[] {
    const completed = this.closeBefore(entry.at);
    const key = JSON.stringify([entry.actor, entry.itemId]);
    const act = this.#open.get(key);
    if (act === undefined) this.#open.set(key, [entry]);
    else act.push(entry);
    return completed;
  }

  /** The acts to which nothing can be added from `at` (epoch milliseconds) on, oldest first. */
  closeBefore(at: number): Act[] {
    const completed: Act[] = [];
    // In the order in which they began, which is the order of their ends.
    for (const [key, entries] of this.#open) {
      if (entries[0].at + DRIVE_LIMITS.actMsMax >= at) break;
      this.#open.delete(key);
      completed.push({ entries });
    }
    return completed;
  }
}
