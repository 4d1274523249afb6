CREATE TABLE "activity" ("tenant" text not null, "lane" text not null, "key" text not null, "at" bigint not null, "item" text not null, "actor" text not null, "payload" text not null, "handled" integer not null, constraint "activity_with_lane_key" primary key ("tenant", "lane", "key"))
CREATE INDEX "activity_by_time" on "activity" ("tenant", "lane", "handled", "at", "key")
CREATE TABLE "attempt" ("tenant" text not null, "event_id" text not null, "number" integer not null, "at" bigint not null, "outcome" text not null, "status" integer, "request_id" text, "errors" text not null, constraint "attempt_key" primary key ("tenant", "event_id", "number"), constraint "attempt_event" foreign key ("tenant", "event_id") references "event" ("tenant", "event_id"))
CREATE TABLE "backfill" ("tenant" text not null, "source" text not null, "window" text not null, "since" bigint not null, "until" bigint, "state" text not null, "started_at" bigint not null, "updated_at" bigint not null, constraint "backfill_key" primary key ("tenant", "source", "window"))
CREATE TABLE "binding" ("tenant" text not null, "vendor" text not null, "identity" text not null, "read_from" bigint, "updated_at" bigint not null, constraint "binding_key" primary key ("tenant", "vendor"))
CREATE TABLE "call" ("account" text not null, "at" bigint not null, "calls" integer not null, constraint "call_key" primary key ("account", "at"))
CREATE TABLE "call_total" ("account" text not null primary key, "since" bigint not null, "calls" bigint not null)
CREATE TABLE "cursor" ("tenant" text not null, "stream" text not null, "position" text not null, "updated_at" bigint not null, constraint "cursor_key" primary key ("tenant", "stream"))
CREATE TABLE "drive_address" ("tenant" text not null, "address" text not null, "user_id" text not null, "since" bigint not null, "until" bigint, "is_primary" integer not null, constraint "drive_address_key" primary key ("tenant", "address", "user_id", "since"))
CREATE TABLE "event" ("tenant" text not null, "event_id" text not null, "source" text not null, "state" text not null, "reason" text, "priority" integer not null, "shared_at" bigint not null, "not_before" bigint, "share" text not null, "match" text, "body" text, "attempts" integer default 0 not null, "last_status" integer, "request_id" text, "integration_id" text, "errors" text, "created_at" bigint not null, "updated_at" bigint not null, "erased_at" bigint, constraint "event_key" primary key ("tenant", "event_id"))
CREATE TRIGGER event_added after insert on event begin 
  insert into event_count (tenant, state, source, priority, reason, events)
  values (new.tenant, new.state, new.source, new.priority, coalesce(new.reason, ''), 1)
  on conflict (tenant, state, source, priority, reason) do update set events = events + 1
; end
CREATE INDEX "event_by_age" on "event" ("state", "updated_at") where erased_at is null and state in ('delivered', 'duplicate', 'rejected', 'skipped')
CREATE INDEX event_by_reason on event (tenant, reason, state, priority, shared_at, event_id)
      where reason is not null
    
CREATE INDEX "event_by_state" on "event" ("state", "tenant", "priority", "shared_at", "event_id")
CREATE INDEX "event_by_time" on "event" ("shared_at")
CREATE TRIGGER event_changed
    after update of tenant, state, source, priority, reason on event when ("old"."tenant", "old"."state", "old"."source", "old"."priority", "old"."reason") is not ("new"."tenant", "new"."state", "new"."source", "new"."priority", "new"."reason")
    begin 
  update event_count set events = events - 1
  where tenant = old.tenant and state = old.state and source = old.source
    and priority = old.priority and reason = coalesce(old.reason, '')
; 
  insert into event_count (tenant, state, source, priority, reason, events)
  values (new.tenant, new.state, new.source, new.priority, coalesce(new.reason, ''), 1)
  on conflict (tenant, state, source, priority, reason) do update set events = events + 1
; end
CREATE TABLE "event_count" ("tenant" text not null, "state" text not null, "source" text not null, "priority" integer not null, "reason" text not null, "events" bigint not null, constraint "event_count_key" primary key ("tenant", "state", "source", "priority", "reason")) without rowid
CREATE INDEX "event_deferred" on "event" ("tenant", "not_before") where state = 'pending' and not_before is not null
CREATE TRIGGER event_deleted after delete on event begin 
  update event_count set events = events - 1
  where tenant = old.tenant and state = old.state and source = old.source
    and priority = old.priority and reason = coalesce(old.reason, '')
; end
CREATE INDEX event_rejected on event (state, tenant, updated_at)
      where state = 'rejected' and erased_at is null
    
CREATE TABLE "forgotten" ("tenant" text not null, "person" text not null, "at" bigint not null, constraint "forgotten_pk" primary key ("tenant", "person"))
CREATE TABLE "forgotten_key" ("id" integer primary key, "key" text not null)
CREATE TABLE "grant" ("tenant" text not null, "item" text not null, "grantee" text not null, "generation" integer not null, "kind" text not null, "role" text not null, "inherited" integer not null, "owner" text not null, "seen_by" text not null, "seen_at" bigint not null, "granted_at" bigint, "expires_at" bigint, "revoked_at" bigint, "removed" integer not null, "swept_at" bigint, "event_id" text, constraint "grant_key" primary key ("tenant", "item", "grantee", "generation"))
CREATE INDEX "grant_by_grantee" on "grant" ("tenant", "grantee")
CREATE INDEX "grant_by_owner" on "grant" ("tenant", "owner")
CREATE TABLE "known_items" ("tenant" text not null, "owner" text not null, "since" bigint not null, "number" integer not null, "items" text not null, constraint "known_items_key" primary key ("tenant", "owner", "since", "number"))
CREATE TABLE "lease" ("name" text not null primary key, "holder" text not null, "until" bigint not null)
CREATE TABLE "overdue" ("tenant" text not null primary key, "schedule" text not null, "since" bigint not null, "told_for" bigint)
CREATE TABLE "pause" ("account" text not null primary key, "until" bigint not null)
CREATE TABLE "run" ("run_id" text not null primary key, "tenant" text not null, "kind" text not null, "started_at" bigint not null, "finished_at" bigint, "outcome" text, "report" text)
CREATE INDEX "run_by_time" on "run" ("tenant", "started_at")
CREATE TABLE "search_document" ("id" integer primary key autoincrement, "tenant" text not null, "event_id" text not null, "shared_at" bigint not null, constraint "search_document_key" unique ("tenant", "event_id"))
CREATE VIRTUAL TABLE search_index using fts5(
      terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
    )
CREATE TABLE 'search_index_config'(k PRIMARY KEY, v) WITHOUT ROWID
CREATE TABLE 'search_index_data'(id INTEGER PRIMARY KEY, block BLOB)
CREATE TABLE 'search_index_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER)
CREATE TABLE 'search_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID
CREATE TABLE "search_queue" ("id" integer primary key autoincrement, "tenant" text not null, "event_ids" text not null)
CREATE TABLE "secret" ("tenant" text not null, "name" text not null, "sealed" text not null, "updated_at" bigint not null, constraint "secret_key" primary key ("tenant", "name"))
CREATE TABLE "set_aside" ("tenant" text not null, "source" text not null, "kind" text not null, "id" text not null, "problem" text not null, "row" text, "place" text not null, "version" text not null, "at" bigint not null, constraint "set_aside_key" primary key ("tenant", "source", "kind", "id"))
CREATE TABLE sqlite_sequence(name,seq)
CREATE TABLE "worker" ("id" text primary key, "role" text not null, "host" text not null, "started_at" bigint not null, "seen_at" bigint not null, "runs" text not null)
