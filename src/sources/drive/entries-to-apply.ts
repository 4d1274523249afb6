import type { Statement } from '../../db/schema.ts';
import type { AuditEntry } from './audit-entry.ts';
import { handledEntriesBetween, type PartitionKey } from './audit-entry-store.ts';
import type { ShareAction } from './group-share-actions.ts';
import { DRIVE_LIMITS } from './limits.ts';

/** Epoch milliseconds; `until` is exclusive. */
export interface BackfillWindow {
  readonly since: number;
  readonly until: number;
}

export interface LoggedEntries {
  readonly actions: readonly ShareAction[];
  /** revocations and changes of role */
  readonly others: readonly AuditEntry[];
}

interface PartitionReading {
  readonly db: Statement;
  readonly key: PartitionKey;
  /** of a backfill */
  readonly window: BackfillWindow | undefined;
}

/** The entries of the page that belong to the window, and those that must be applied again. */
export async function entriesToApply(
  page: LoggedEntries,
  reading: PartitionReading,
): Promise<LoggedEntries> {
  const { window } = reading;
  if (window !== undefined) {
    const actions = page.actions.filter(({ entries: [first] }) => isWithin(first, window));
    return { actions, others: page.others.filter((entry) => isRelevant(entry, window)) };
  }
  const separated = await grantsAround(reading, page.others);
  const again = separated.map((entry): ShareAction => ({ entries: [entry] }));
  return { actions: [...page.actions, ...again], others: page.others };
}

/**
 * The handled grants that counted as one until a revocation between them was logged: they are applied
 * again. Only a sync needs this: a backfill has read all entries before it forms the first action.
 */
async function grantsAround(
  { db, key }: PartitionReading,
  others: readonly AuditEntry[],
): Promise<AuditEntry[]> {
  const revocations = others.filter(({ change }) => change === 'revoke');
  const times = revocations.map(({ at }) => at);
  if (times.length === 0) return [];
  const handled = await handledEntriesBetween(db, key, {
    itemIds: [...new Set(revocations.map(({ itemId }) => itemId))],
    from: Math.min(...times) - DRIVE_LIMITS.repeatedGrantMsMax,
    until: Math.max(...times) + DRIVE_LIMITS.repeatedGrantMsMax,
  });
  return handled.filter(
    ({ change, at, itemId, grant }) =>
      change === 'grant' &&
      revocations.some(
        (revocation) =>
          revocation.itemId === itemId &&
          revocation.grant.key === grant.key &&
          Math.abs(revocation.at - at) <= DRIVE_LIMITS.repeatedGrantMsMax,
      ),
  );
}

/** A share action belongs to the window in which it begins. */
function isWithin({ at }: AuditEntry, { since, until }: BackfillWindow): boolean {
  return at >= since && at < until;
}

/**
 * A revocation near the window separates a grant in it from the same grant in another window, whichever
 * is read first.
 */
function isRelevant(entry: AuditEntry, { since, until }: BackfillWindow): boolean {
  const marginMs = entry.change === 'revoke' ? DRIVE_LIMITS.repeatedGrantMsMax : 0;
  return isWithin(entry, { since: since - marginMs, until: until + marginMs });
}
