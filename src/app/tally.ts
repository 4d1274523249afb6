import type { NewEvent } from '../outbox/stored.ts';
import type { PushReport } from '../push/report.ts';
import type { SourceName } from '../share/share.ts';
import type { Outcome, RunError, RunKind, RunReport, Vendor } from './report.ts';

/** What became of a share, without the share. */
export interface Judgement {
  readonly source: SourceName;
  readonly state: NewEvent['state'];
  readonly reason?: string;
}

export function judgementOf({ share, state, reason }: NewEvent): Judgement {
  return { source: share.source, state, ...(reason !== undefined && { reason }) };
}

/** Counts of a run as they grow. */
export class Tally {
  readonly found: Record<SourceName, number> = { salesforce: 0, 'google-drive': 0 };
  readonly skipped: Record<string, number> = {};
  readonly calls: Record<Vendor, number> = { salesforce: 0, google: 0, gong: 0 };
  readonly errors: RunError[] = [];
  queued = 0;
  held = 0;
  rejectedLocally = 0;
  /** what was pushed so far; absent where nothing is pushed */
  pushed: Readonly<PushReport> | undefined;

  /** Shares that had no row before this run, with what became of them. */
  addCreated(events: readonly Judgement[]): void {
    for (const event of events) {
      this.found[event.source] += 1;
      if (event.state === 'held') this.held += 1;
      else this.#addMoved(event);
    }
  }

  /** Events in whose place others stand: those count as found, and these were counted before. */
  addReplaced(eventIds: readonly string[]): void {
    const found = this.found['google-drive'] - eventIds.length;
    this.found['google-drive'] = Math.max(0, found);
  }

  /** Held events that were looked at again; those that stay held count for nothing. */
  addReconsidered(events: readonly Pick<NewEvent, 'state' | 'reason'>[]): void {
    for (const event of events) if (event.state !== 'held') this.#addMoved(event);
  }

  /** The same trouble met twice (by the source and by the look-up, say) is told once. */
  addError(error: RunError): void {
    if (!this.errors.some((known) => known.message === error.message)) this.errors.push(error);
  }

  /** events that Gong answered for, one way or the other, or that gave up for this run */
  get settled(): number {
    if (!this.pushed) return 0;
    const { delivered, duplicates, rejected, exhausted } = this.pushed;
    return delivered + duplicates + rejected + exhausted;
  }

  get foundInAll(): number {
    return this.found.salesforce + this.found['google-drive'];
  }

  #addMoved(event: Pick<NewEvent, 'state' | 'reason'>): void {
    if (event.state === 'pending') this.queued += 1;
    if (event.state === 'rejected') this.rejectedLocally += 1;
    if (event.state === 'skipped') {
      const reason = event.reason ?? 'unknown';
      this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
    }
  }
}

/** What a run's report says beside its tally. */
export interface RunFacts {
  readonly tenant: string;
  readonly kind: RunKind;
  readonly outcome: Outcome;
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly pending: number;
}

export function reportOf(tally: Tally, facts: RunFacts): RunReport {
  const { tenant, kind, outcome, pending } = facts;
  const { pushed } = tally;
  return {
    tenant,
    kind,
    outcome,
    startedAt: new Date(facts.startedAt).toISOString(),
    finishedAt: new Date(facts.finishedAt).toISOString(),
    found: tally.found,
    queued: tally.queued,
    held: tally.held,
    skipped: tally.skipped,
    delivered: pushed?.delivered ?? 0,
    duplicates: pushed?.duplicates ?? 0,
    rejected: (pushed?.rejected ?? 0) + tally.rejectedLocally,
    pending,
    calls: tally.calls,
    errors: tally.errors,
  };
}
