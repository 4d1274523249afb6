import { readCursor } from '../../db/cursors.ts';
import { isInsider } from '../../share/address.ts';
import { ACCESS_EVENT_NAMES } from '../../vendors/google/access-events.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SourcePage } from '../source.ts';
import type { AuditEntry } from './audit-entry.ts';
import {
  deleteHandled,
  markHandled,
  type PartitionKey,
  type StagedEntry,
  stagedEntriesAfter,
} from './audit-entry-store.ts';
import type { AuditPartition } from './audit-partition.ts';
import { parseAuditPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { type BackfillWindow, entriesToApply, type LoggedEntries } from './entries-to-apply.ts';
import { loadGrants, saveGrants } from './grant-store.ts';
import { ShareActionGrouper } from './group-share-actions.ts';
import { findCreations } from './item-creations.ts';
import type { ItemDetailsReader } from './item-details.ts';
import { DRIVE_LIMITS } from './limits.ts';
import type { LoadedGrants } from './loaded-grants.ts';
import { RepeatedGrants } from './repeated-grants.ts';
import type { Scope } from './scope.ts';
import { loggedGrantOf, sharesFromAuditLog } from './shares-from-audit-log.ts';
import { auditLogStream, shareActionStream } from './stream-names.ts';

export interface AuditProcessing {
  readonly client: GoogleClient;
  readonly store: DriveStore;
  readonly scope: Scope;
  readonly items: ItemDetailsReader;
  /** True if the entry's grantee was internal at the entry's time. */
  readonly wasInternal: (entry: AuditEntry) => boolean;
  readonly partition: AuditPartition;
  /** of a backfill: only the share actions that begin in it are reported */
  readonly window?: BackfillWindow;
}

/**
 * Groups the staged entries into share actions, in chronological order, and compares them with the
 * grants on record. Yields the new shares. An action that later entries could still extend waits for
 * the next run, with all of its entries.
 *
 * A sync puts all entries on record, which shows the grants that repeat others. A backfill leaves out
 * what is outside its window, so it compares the entries themselves: after an interruption, also with
 * the handled ones.
 */
export async function* processAuditEntries(
  processing: AuditProcessing,
): AsyncGenerator<SourcePage> {
  const { db } = processing.store;
  const key = partitionKeyOf(processing);
  const readUntil = await readUntilOf(processing);
  const { users } = processing.scope;
  const grouper = new ShareActionGrouper(({ actor, at }) => users.idAt(actor, at));
  const repeated = new RepeatedGrants();
  const isBackfill = processing.window !== undefined;
  const include = isBackfill ? 'all' : 'unhandled';
  const limit = DRIVE_LIMITS.entriesPerPageMax;
  const pageAfter = (after: AuditEntry | undefined) =>
    stagedEntriesAfter(db, { ...key, include, after, before: readUntil, limit });
  let staged = await pageAfter(undefined);
  for (;;) {
    const isLast = staged.length === 0;
    const following = isLast ? [] : await pageAfter(staged.at(-1)?.entry);
    if (isBackfill) for (const { entry } of staged) repeated.add(entry);
    const entries = staged.flatMap(({ entry, isHandled }) => (isHandled ? [] : [entry]));
    const grants = entries.filter(({ change }) => change === 'grant');
    const actions = grants.flatMap((entry) => grouper.add(entry));
    if (isLast) actions.push(...grouper.closeBefore(readUntil));
    const others = entries.filter(({ change }) => change !== 'grant');
    if (actions.length + others.length > 0 || isLast) {
      const ahead = await entriesToReadAhead(processing, following);
      yield await processPage(processing, { actions, others, repeated, readUntil, isLast, ahead });
    }
    if (isLast) return;
    staged = following;
  }
}

/** Those of the next page whose files it needs, unless this page puts their grants on record. */
async function entriesToReadAhead(
  { store, scope, window }: AuditProcessing,
  following: readonly StagedEntry[],
): Promise<AuditEntry[]> {
  const { since, until } = window ?? { since: 0, until: Number.POSITIVE_INFINITY };
  const granted = following.flatMap(({ entry, isHandled }) =>
    !isHandled && entry.change === 'grant' && entry.at >= since && entry.at < until ? entry : [],
  );
  const itemIds = granted.map(({ itemId }) => itemId);
  const grants = await loadGrants(store.db, store.tenant, itemIds);
  return latestOfItems(notOnRecord(granted, grants, scope));
}

function notOnRecord(
  granted: readonly AuditEntry[],
  grants: LoadedGrants,
  scope: Scope,
): AuditEntry[] {
  return granted.filter(
    (entry) => !grants.history(entry.itemId, entry.grant.key).includes(loggedGrantOf(entry, scope)),
  );
}

function latestOfItems(entries: readonly AuditEntry[]): AuditEntry[] {
  return [...new Map(entries.map((entry) => [entry.itemId, entry])).values()];
}

interface EntriesPage extends LoggedEntries {
  readonly repeated: RepeatedGrants;
  /** epoch milliseconds */
  readonly readUntil: number;
  readonly isLast: boolean;
  /** of the next page: their files are read while this one is compared and written */
  readonly ahead: readonly AuditEntry[];
}

async function processPage(processing: AuditProcessing, page: EntriesPage): Promise<SourcePage> {
  const { store, partition } = processing;
  const { readUntil, isLast } = page;
  const handled = [...page.others, ...page.actions.flatMap((action) => action.entries)];
  const { shares, replaced, changed } = await sharesIn(processing, page);
  const key = partitionKeyOf(processing);
  const handledKeys = handled.map((entry) => entry.key);
  return {
    shares,
    replaced,
    stream: shareActionStream(partition.prefix),
    position: JSON.stringify({ until: new Date(readUntil).toISOString() }),
    writeInTransaction: async (trx) => {
      await saveGrants(trx, store.tenant, changed);
      await markHandled(trx, key, handledKeys);
      if (!isLast) return;
      await deleteHandled(trx, { ...key, before: readUntil - DRIVE_LIMITS.handledEntriesKeptMs });
    },
  };
}

async function sharesIn(processing: AuditProcessing, page: EntriesPage) {
  const { client, store, scope, wasInternal } = processing;
  const { actions, others } = await entriesToApply(page, {
    db: store.db,
    key: partitionKeyOf(processing),
    window: processing.window,
  });
  const granted = actions.flatMap((action) => action.entries);
  const itemIds = [...others, ...granted].map(({ itemId }) => itemId);
  const grants = await loadGrants(store.db, store.tenant, itemIds);
  const awaiting = await store.sharesAwaitingAuditLog(grants.eventIds);
  const unknown = notOnRecord(granted, grants, scope);
  // What repeats an entry of an item's creation can still be a grant.
  const originals = unknown.flatMap((entry) => page.repeated.originalOf(entry) ?? []);
  const items = await processing.items.read(latestOfItems(unknown));
  processing.items.readAhead(page.ahead);
  const creations = { client, readUntil: page.readUntil };
  const candidates = [...new Set([...unknown, ...originals])];
  const isOfCreation = await findCreations(creations, candidates, items);
  const { shares, replaced } = sharesFromAuditLog(
    { actions, others },
    {
      grants,
      awaiting,
      sandboxOrgId: store.sandboxOrgId,
      itemOf: (itemId) => items.get(itemId),
      isOfCreation,
      originalOf: (entry) => page.repeated.originalOf(entry),
      loggedGrant: (entry) => loggedGrantOf(entry, scope),
      nameOf: (email, at) => scope.users.userAt(email, at)?.name,
      isExternal: ({ grant: { email } }) =>
        email === undefined || !isInsider(email, scope.insiders),
      wasInternal,
    },
  );
  return { shares, replaced, changed: grants.changed };
}

function partitionKeyOf({ store, partition }: AuditProcessing): PartitionKey {
  return { tenant: store.tenant, partition: partition.name };
}

/** Epoch milliseconds: every kind of entry has been read up to here. */
async function readUntilOf({ store, partition }: AuditProcessing): Promise<number> {
  const { db, tenant } = store;
  const ends: number[] = [];
  for (const eventName of ACCESS_EVENT_NAMES) {
    const stream = auditLogStream(partition.prefix, eventName);
    const stored = await readCursor(db, { tenant, stream });
    ends.push((stored === undefined ? undefined : parseAuditPosition(stored).until) ?? 0);
  }
  return Math.min(...ends);
}
