import type { SourceName } from '../share/share.ts';

export type RunKind = 'sync' | 'backfill';

/**
 * - `ok`: nothing needs anybody, also where events wait for Gong's limits
 * - `partial`: carried out, but something needs a person
 * - `failed`: a source could not be read at all, or Gong lets nobody in
 * - `busy`: another run holds the tenant
 */
export type Outcome = 'ok' | 'partial' | 'failed' | 'busy';

/** Where in the run something went wrong. */
export type Stage = SourceName | 'crm' | 'gong' | 'run';

export interface RunError {
  readonly stage: Stage;
  readonly message: string;
  readonly hint: string;
}

export type Vendor = 'salesforce' | 'google' | 'gong';

/** One run as `sync --json` prints it; the keys are part of the outside contract. */
export interface RunReport {
  readonly tenant: string;
  readonly kind: RunKind;
  readonly outcome: Outcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** shares new to the database in this run */
  readonly found: Readonly<Record<SourceName, number>>;
  /** events that became pending in this run */
  readonly queued: number;
  /** shares that began to wait for their Salesforce record in this run */
  readonly held: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly delivered: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** events still waiting at the end */
  readonly pending: number;
  /** calls as the vendor bills them */
  readonly calls: Readonly<Record<Vendor, number>>;
  readonly errors: readonly RunError[];
}
