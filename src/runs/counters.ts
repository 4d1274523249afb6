import type { RunError, Vendor } from '../db/run-report.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import type { PushReport } from '../push/report.ts';
import type { SourceName } from '../share/share.ts';

/** The decision about a share, without the share. */
export interface DecisionRecord {
  readonly source: SourceName;
  readonly state: NewEvent['state'];
  readonly reason?: string;
}

export function decisionRecordOf({ share, state, reason }: NewEvent): DecisionRecord {
  return { source: share.source, state, ...(reason !== undefined && { reason }) };
}

/** Events of earlier runs with their new decisions; see ReadBatch. */
interface ReconsideredEvents {
  readonly reconsidered: readonly Pick<NewEvent, 'eventId' | 'state' | 'reason'>[];
  readonly alreadyHeld: ReadonlySet<string>;
}

/** False for an event that was held and still is, even if for another reason. */
export function hasMoved(
  { eventId, state }: Pick<NewEvent, 'eventId' | 'state'>,
  alreadyHeld: ReadonlySet<string>,
): boolean {
  return state !== 'held' || !alreadyHeld.has(eventId);
}

/** The counts of a run so far. */
export class RunCounters {
  readonly found: Record<SourceName, number> = { salesforce: 0, 'google-drive': 0 };
  readonly skipped: Record<string, number> = {};
  readonly calls: Record<Vendor, number> = { salesforce: 0, google: 0, gong: 0 };
  readonly errors: RunError[] = [];
  /** see RunReport.notes */
  readonly notes: string[] = [];
  queued = 0;
  held = 0;
  rejectedLocally = 0;
  /** what was pushed so far; absent if nothing is pushed */
  pushed: Readonly<PushReport> | undefined;

  /** Counts shares that had no row before this run. */
  addCreated(events: readonly DecisionRecord[]): void {
    for (const event of events) {
      this.found[event.source] += 1;
      this.#add(event);
    }
  }

  /** Uncounts events that others replace: those count as found, too. */
  addReplaced(eventIds: readonly string[]): void {
    const found = this.found['google-drive'] - eventIds.length;
    this.found['google-drive'] = Math.max(0, found);
  }

  /** Counts events of earlier runs that were decided again, unless they stay held. */
  addReconsidered({ reconsidered, alreadyHeld }: ReconsideredEvents): void {
    for (const event of reconsidered) if (hasMoved(event, alreadyHeld)) this.#add(event);
  }

  /** Keeps an error once, even if several stages report it (a source and its look-up, for example). */
  addError(error: RunError): void {
    if (!this.errors.some((known) => known.message === error.message)) this.errors.push(error);
  }

  /** events with a final response from Gong, or without attempts left in this run */
  get settled(): number {
    if (!this.pushed) return 0;
    const { delivered, duplicates, rejected, exhausted, blocked } = this.pushed;
    return delivered + duplicates + rejected + exhausted + (blocked?.count ?? 0);
  }

  get foundInAll(): number {
    return this.found.salesforce + this.found['google-drive'];
  }

  #add(event: Pick<NewEvent, 'state' | 'reason'>): void {
    if (event.state === 'held') this.held += 1;
    if (event.state === 'pending') this.queued += 1;
    if (event.state === 'rejected') this.rejectedLocally += 1;
    if (event.state === 'skipped') {
      const reason = event.reason ?? 'unknown';
      this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
    }
  }
}
