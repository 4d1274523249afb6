import type { ColumnType, Kysely, Transaction } from 'kysely';

/**
 * The tables. Times are epoch milliseconds; `share`, `match`, `body`, `errors`, `position` and
 * `report` are JSON text, written by one room each and parsed there.
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

export type Database = Kysely<Tables>;

/** What a statement runs on: inside `transaction()` only ever the transaction (see open.ts). */
export type Statement = Database | Transaction<Tables>;
