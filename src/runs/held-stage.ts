import { PRIORITY, type StoredEvent } from '../outbox/outbox-event.ts';
import { pagesInState } from '../outbox/pages-in-state.ts';
import { stillAwaitsAuditLog } from '../share/policy.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import { type DriveKnowledge, driveKnowledge } from './drive-stage.ts';
import { decider, takeReconsidered } from './read-source.ts';
import type { ReadContext, SyncReading } from './reading-context.ts';

/** Decides held events again, page by page: one moves if its record appeared or its hold ended. */
export async function reconsiderHeld(reading: SyncReading): Promise<void> {
  const { db, signal } = reading;
  const { tenant } = reading.tenant;
  const drive = await driveKnowledge(reading);
  const rules = { ...reading.rules, ...(drive && { driveInsiders: drive.insiders }) };
  const size = BATCH_LIMITS.sharesPerBatchMax;
  for await (const held of pagesInState(db, { tenant, state: 'held', size })) {
    signal.throwIfAborted();
    const due = held.filter((event) => isDue(event, reading, drive));
    const shares = due.map(({ share }) => share);
    const ofBackfill = due.filter(({ priority }) => priority === PRIORITY.backfill);
    const decide = await decider({ ...reading, rules }, shares, {
      ofBackfill: new Set(ofBackfill.map(({ eventId }) => eventId)),
    });
    // An event that is now held for another reason has moved, too.
    const moved = shares
      .map(decide)
      .filter(({ state, reason }, index) => state !== 'held' || reason !== due[index]?.reason);
    const alreadyHeld = new Set(due.map(({ eventId }) => eventId));
    await takeReconsidered(reading, { reconsidered: moved, alreadyHeld });
  }
}

/** Drive's shares stay as they are while it is unknown which domains count as internal. */
function isDue(
  event: StoredEvent,
  { runStartedAt, clock }: ReadContext,
  drive: DriveKnowledge | undefined,
): boolean {
  if (event.source !== 'google-drive') return true;
  if (drive === undefined) return false;
  return (
    event.reason !== 'audit-log' ||
    !stillAwaitsAuditLog({
      notBefore: event.notBefore ?? 0,
      runStartedAt,
      auditLogRead: drive.isAuditLogRead,
      now: clock.now(),
    })
  );
}
