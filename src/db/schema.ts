import type { ColumnType, Kysely, Transaction } from 'kysely';

/**
 * The tables. Times are epoch milliseconds; `share`, `match`, `body`, `errors`, `position`,
 * `payload` and `report` are JSON text, written by one room each and parsed there.
 */
export interface Tables {
  cursor: CursorTable;
  run: RunTable;
  lease: LeaseTable;
  secret: SecretTable;
  event: EventTable;
  attempt: AttemptTable;
  call: CallTable;
  pause: PauseTable;
  grant: GrantTable;
  activity: ActivityTable;
  overdue: OverdueTable;
  backfill: BackfillTable;
}

export interface CursorTable {
  tenant: string;
  stream: string;
  position: string;
  updated_at: number;
}

export interface RunTable {
  run_id: string;
  tenant: string;
  kind: string;
  started_at: number;
  finished_at: number | null;
  outcome: string | null;
  report: string | null;
}

export interface LeaseTable {
  name: string;
  holder: string;
  until: number;
}

export interface SecretTable {
  tenant: string;
  name: string;
  /** AES-256-GCM under the installation's secretKey */
  sealed: string;
  updated_at: number;
}

export interface EventTable {
  tenant: string;
  event_id: string;
  source: string;
  state: string;
  reason: string | null;
  /** what goes first: 0 fresh, 1 brought in by a backfill */
  priority: number;
  shared_at: number;
  /** held: when waiting for a Salesforce record ends; pending: only runs that start later try it */
  not_before: number | null;
  share: string;
  match: string | null;
  body: string | null;
  attempts: ColumnType<number, number | undefined, number>;
  last_status: number | null;
  request_id: string | null;
  /** 64 bits in Gong, hence text */
  integration_id: string | null;
  errors: string | null;
  created_at: number;
  updated_at: number;
  /** when it lost its people and body, being settled for long; null: it has them */
  erased_at: ColumnType<number | null, undefined, number | null>;
}

export interface AttemptTable {
  tenant: string;
  event_id: string;
  number: number;
  at: number;
  outcome: string;
  status: number | null;
  request_id: string | null;
  errors: string;
}

export interface CallTable {
  account: string;
  at: number;
  calls: number;
}

export interface PauseTable {
  account: string;
  until: number;
}

/**
 * One time that somebody outside had access to a Drive item; given again after it was taken away, it
 * is a generation of its own.
 */
export interface GrantTable {
  tenant: string;
  /** id of a file, a folder or a shared drive */
  item: string;
  grantee: string;
  generation: number;
  kind: string;
  role: string;
  /** 1: the item has it from its folder or drive alone */
  inherited: number;
  /** whose item it is: `user/EMAIL` or `drive/ID` */
  owner: string;
  seen_by: string;
  /** a moment at which it certainly stood */
  seen_at: number;
  /** null: the audit log has not told of the act */
  granted_at: number | null;
  expires_at: number | null;
  revoked_at: number | null;
  /** 1: it ended because the item went out of sight, not because somebody took it away */
  removed: number;
  /** the start of the sweep that met it last */
  swept_at: number | null;
  /** the event that reports it */
  event_id: string | null;
}

/** An entry of the audit log that matters, kept until its act is formed and it cannot come again. */
export interface ActivityTable {
  tenant: string;
  /** whose reading brought it: empty for the nightly one, else a window of history */
  lane: string;
  key: string;
  at: number;
  item: string;
  actor: string;
  payload: string;
  /** 1: its act is formed */
  handled: number;
}

/** A tenant with a schedule, watched for good runs. */
export interface OverdueTable {
  tenant: string;
  schedule: string;
  /** since when it is watched with this schedule */
  since: number;
  /** the time without a good run that was told began then; null: nothing was told */
  told_for: number | null;
}

export interface BackfillTable {
  tenant: string;
  source: string;
  /** names it: both ends as they were asked for */
  window: string;
  since: number;
  /** null: until now, whenever that is */
  until: number | null;
  /** `reading` until its end was reached, then `read` */
  state: string;
  started_at: number;
  updated_at: number;
}

export type Database = Kysely<Tables>;

/** What a statement runs on: inside `transaction()` only ever the transaction (see open.ts). */
export type Statement = Database | Transaction<Tables>;
