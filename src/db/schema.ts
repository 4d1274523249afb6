import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';

/**
 * The tables. Times are epoch milliseconds. `share`, `match`, `body`, `errors`, `position`, `payload`,
 * `report`, and `identity` are JSON text; the module that writes each of them also parses it.
 */
export interface Tables {
  cursor: CursorTable;
  run: RunTable;
  lease: LeaseTable;
  secret: SecretTable;
  event: EventTable;
  event_count: EventCountTable;
  attempt: AttemptTable;
  call: CallTable;
  call_total: CallTotalTable;
  pause: PauseTable;
  grant: GrantTable;
  activity: ActivityTable;
  known_items: KnownItemsTable;
  overdue: OverdueTable;
  backfill: BackfillTable;
  set_aside: SetAsideTable;
  binding: BindingTable;
  drive_address: DriveAddressTable;
  search_queue: SearchQueueTable;
  search_document: SearchDocumentTable;
  forgotten: ForgottenTable;
  forgotten_key: ForgottenKeyTable;
  worker: WorkerTable;
  housekeeping: HousekeepingTable;
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

/** A process that takes runs from the shared queue. */
export interface WorkerTable {
  id: string;
  /** `worker`, or `standby`: a `start` that takes runs only while no worker is alive */
  role: string;
  host: string;
  started_at: number;
  seen_at: number;
  /** JSON: the tenants that it runs */
  runs: string;
}

/** When the processes with the same tenants last began what one of them does for all. */
export interface HousekeepingTable {
  /** the lease of the duties */
  duties: string;
  begun_at: number;
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
  /** order of sending: 0 fresh, 1 from a backfill */
  priority: number;
  shared_at: number;
  /** held: when the wait for a Salesforce record ends; pending: only later runs try it */
  not_before: number | null;
  share: string;
  match: string | null;
  body: string | null;
  attempts: ColumnType<number, number | undefined, number>;
  last_status: number | null;
  request_id: string | null;
  /** text, because Gong uses 64 bits */
  integration_id: string | null;
  errors: string | null;
  created_at: number;
  updated_at: number;
  /** when retention erased its people and body; null: not erased */
  erased_at: ColumnType<number | null, undefined, number | null>;
}

/** Kept by triggers of `event`; never written otherwise. */
export interface EventCountTable {
  tenant: string;
  state: string;
  source: string;
  priority: number;
  /** empty: no reason */
  reason: string;
  events: number;
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

/** The sum of the account's calls after a time, changed in each transaction that changes them. */
export interface CallTotalTable {
  account: string;
  since: number;
  calls: number;
}

export interface PauseTable {
  account: string;
  until: number;
}

/** External access to a Drive item. If it is granted again after a revocation, the generation grows. */
export interface GrantTable {
  tenant: string;
  /** id of a file, a folder or a shared drive */
  item: string;
  grantee: string;
  generation: number;
  kind: string;
  role: string;
  /** 1: only inherited from the item's folder or drive */
  inherited: number;
  /** the owner of the item: `user/ID` or `drive/ID` */
  owner: string;
  seen_by: string;
  /** a time at which it certainly existed */
  seen_at: number;
  /** null: the audit log has not reported the grant */
  granted_at: number | null;
  expires_at: number | null;
  revoked_at: number | null;
  /** 1: it ended because the item is no longer visible, not because it was revoked */
  removed: number;
  /** the start of the last sweep that saw it */
  swept_at: number | null;
  /** the event that reports it */
  event_id: string | null;
}

/** A relevant audit log entry, kept until its share action is complete and it cannot be read again. */
export interface ActivityTable {
  tenant: string;
  /** which stream read it: empty for `sync`, otherwise the stream of a backfill window */
  lane: string;
  key: string;
  at: number;
  item: string;
  actor: string;
  payload: string;
  /** 1: its share action is complete */
  handled: number;
}

/** A page of items that a change log knows, so that an item that comes into scope is noticed. */
export interface KnownItemsTable {
  tenant: string;
  /** the owner of the items: `user/ID` or `drive/ID` */
  owner: string;
  /** start of the sweep that listed them */
  since: number;
  number: number;
  /** hashes of their ids */
  items: string;
}

/** A tenant with a schedule, watched for successful runs. */
export interface OverdueTable {
  tenant: string;
  schedule: string;
  /** since when it has been watched with this schedule */
  since: number;
  /** start of the gap without a successful run that was alerted; null: none was */
  told_for: number | null;
}

export interface BackfillTable {
  tenant: string;
  source: string;
  /** both ends as requested; identifies the window */
  window: string;
  since: number;
  /** null: until the time of each run */
  until: number | null;
  /** `reading` or `reading on request`, then `read` once its end was reached */
  state: string;
  started_at: number;
  updated_at: number;
}

/** A vendor's row that could not be read, kept until a later version can read it. */
export interface SetAsideTable {
  tenant: string;
  source: string;
  /** the vendor's kind of record */
  kind: string;
  id: string;
  /** the fields and what is wrong with each */
  problem: string;
  /** JSON text, without secrets; null: too long, or requested again by its id */
  row: string | null;
  /** JSON text: where the source read it */
  place: string;
  /** the version of sharetrail that could not read it */
  version: string;
  at: number;
}

/** The account of a vendor that the tenant is bound to. */
export interface BindingTable {
  tenant: string;
  vendor: string;
  identity: string;
  /** the start of the source since the last `rebind`; null: the tenant's own start */
  read_from: number | null;
  updated_at: number;
}

/** An address of a Google user, and when they were seen to have it. */
export interface DriveAddressTable {
  tenant: string;
  /** lower case */
  address: string;
  user_id: string;
  since: number;
  /** null: the user still has it */
  until: number | null;
  /** 1: the user's primary address when last seen */
  is_primary: number;
}

/** Events whose search terms are not indexed yet: one row per statement that wrote them. */
export interface SearchQueueTable {
  /** in the order of writing */
  id: Generated<number>;
  tenant: string;
  /** JSON list */
  event_ids: string;
}

/** The number of an event in the virtual table `search_index`. */
export interface SearchDocumentTable {
  id: Generated<number>;
  tenant: string;
  event_id: string;
  shared_at: number;
}

/** A person whose data was erased. */
export interface ForgottenTable {
  tenant: string;
  /** a keyed hash of the person's address */
  person: string;
  at: number;
}

/** The key of these hashes, made when the first person is forgotten. */
export interface ForgottenKeyTable {
  /** always 1 */
  id: number;
  /** 32 random bytes, hexadecimal */
  key: string;
}

export type Database = Kysely<Tables>;

/** What a statement runs on. Inside `transaction()`, use only the transaction (see open.ts). */
export type Statement = Database | Transaction<Tables>;
