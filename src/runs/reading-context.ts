import type { TenantConfig } from '../config/types.ts';
import type { QueryBatch } from '../crm/look-up.ts';
import type { Database, Statement } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import type { UserError } from '../lib/errors.ts';
import type { NewEvent } from '../outbox/outbox-event.ts';
import type { SourceName } from '../share/share.ts';
import type { OpenedDrive } from '../sources/drive/sync-source.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
import type { SalesforceClient } from '../vendors/salesforce/salesforce-client.ts';
import type { BackfillWindow } from './backfill-window.ts';
import type { Rules } from './decide-share.ts';
import type { ReadingRun } from './run-lifecycle.ts';

/** Shares with their decisions. A real run commits the batch; a dry run shows it. */
export interface ReadBatch {
  /** each share is decided as it is taken, again in each iteration */
  readonly created: Iterable<NewEvent>;
  readonly reconsidered: readonly NewEvent[];
  /** eventIds of reconsidered events that were held: those that still are have not moved */
  readonly alreadyHeld: ReadonlySet<string>;
  /** eventIds of held events that created ones replace */
  readonly replaced: readonly string[];
  readonly cursor?: { readonly stream: string; readonly position: string };
  /** shares in the batch, those that are already on record included */
  readonly sharesRead: number;
  /** what the source writes in the same transaction */
  readonly writeInTransaction?: (trx: Statement) => Promise<void>;
  /** see SourcePage */
  readonly recordsBaseline?: boolean;
}

/** What reading one source needs. */
export interface ReadContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: TenantConfig;
  readonly rules: Rules;
  /** epoch milliseconds */
  readonly runStartedAt: number;
  /** its time decides when a hold ends, however wrong this machine's clock is */
  readonly crm: QueryBatch & Pick<SalesforceClient, 'now'>;
  /** takes a record of Salesforce that cannot be read */
  readonly onFaultyRecord: (row: FaultyRow) => void;
  /** Reports that Salesforce refuses a field of a lookup: the shares that need it are held. */
  readonly onLookUpRefused?: (error: UserError) => void;
  readonly signal: AbortSignal;
  readonly take: (batch: ReadBatch) => Promise<void>;
}

/** How the shares of a run are taken; real runs and dry runs differ in nothing else. */
export interface ReadOptions {
  readonly take: ReadContext['take'];
  /** the database with Drive's grants and cursors; in a dry run, a copy of them */
  readonly driveDatabase: () => Promise<Database>;
}

/** What the reading stages of a run have in common. */
export interface StageReading extends ReadContext, ReadOptions {
  readonly run: ReadingRun;
}

/** What a sync reads. */
export interface SyncScope {
  /** epoch milliseconds: earlier shares are not reported, unless a `rebind` says otherwise */
  readonly start: number;
  /** `all`: each source in full again, compared with what is on record */
  readonly reach: 'new' | 'all';
}

export interface SyncReading extends StageReading, SyncScope {
  /** set by the Drive stage once it knows which users and drives count */
  drive?: OpenedDrive;
}

export interface WindowReading extends StageReading {
  readonly window: BackfillWindow;
}

/** Epoch milliseconds: the time from which `rebind` reads the source, otherwise the tenant's start. */
export function startOfSource({ run, start }: SyncReading, source: SourceName): number {
  return run.bindings[source]?.readFrom ?? start;
}
