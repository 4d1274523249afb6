import { readCursor } from '../../db/cursors.ts';
import { isInsider } from '../../share/address.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { SourcePage } from '../source.ts';
import { AUDIT_EVENT_NAMES, type AuditEntry } from './audit-entry.ts';
import {
  deleteHandled,
  handledEntriesBetween,
  markHandled,
  type PartitionKey,
  unhandledEntriesAfter,
} from './audit-entry-store.ts';
import type { AuditPartition } from './audit-partition.ts';
import { parseAuditPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { loadGrants, saveGrants } from './grant-store.ts';
import { type ShareAction, ShareActionGrouper } from './group-share-actions.ts';
import { findCreations } from './item-creations.ts';
import type { ItemDetailsReader } from './item-details.ts';
import { DRIVE_LIMITS } from './limits.ts';
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
  /** epoch milliseconds: entries outside it are ignored; undefined: none are */
  readonly window?: { readonly since: number; readonly until: number };
}

/**
 * Groups the staged entries into share actions, in chronological order, and compares them with the
 * grants on record. Yields the new shares. An action that later entries could still extend waits for
 * the next run, with all of its entries.
 */
export async function* processAuditEntries(
  processing: AuditProcessing,
): AsyncGenerator<SourcePage> {
  const { db } = processing.store;
  const key = partitionKeyOf(processing);
  const readUntil = await readUntilOf(processing);
  const { users } = processing.scope;
  const grouper = new ShareActionGrouper(({ actor, at }) => users.idAt(actor, at));
  let after: AuditEntry | undefined;
  for (;;) {
    const limit = DRIVE_LIMITS.entriesPerPageMax;
    const entries = await unhandledEntriesAfter(db, { ...key, after, before: readUntil, limit });
    const isLast = entries.length === 0;
    const grants = entries.filter(({ change }) => change === 'grant');
    const actions = grants.flatMap((entry) => grouper.add(entry));
    if (isLast) actions.push(...grouper.closeBefore(readUntil));
    const others = entries.filter(({ change }) => change !== 'grant');
    if (actions.length + others.length > 0 || isLast) {
      yield await processPage(processing, { actions, others, readUntil, isLast });
    }
    if (isLast) return;
    after = entries.at(-1);
  }
}

interface EntriesPage {
  readonly actions: readonly ShareAction[];
  /** revocations and changes of role */
  readonly others: readonly AuditEntry[];
  /** epoch milliseconds */
  readonly readUntil: number;
  readonly isLast: boolean;
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
  const { actions, others } = await entriesToApply(processing, page);
  const granted = actions.flatMap((action) => action.entries);
  const itemIds = [...others, ...granted].map(({ itemId }) => itemId);
  const grants = await loadGrants(store.db, store.tenant, itemIds);
  const awaiting = await store.sharesAwaitingAuditLog(grants.eventIds);
  const loggedGrant = (entry: AuditEntry) => loggedGrantOf(entry, scope);
  const unknown = granted.filter(
    (entry) => !grants.history(entry.itemId, entry.grant.key).includes(loggedGrant(entry)),
  );
  // One entry per item: the latest.
  const latest = new Map(unknown.map((entry) => [entry.itemId, entry]));
  const items = await processing.items.read([...latest.values()]);
  const creations = { client, readUntil: page.readUntil };
  const isOfCreation = await findCreations(creations, unknown, items);
  const { shares, replaced } = sharesFromAuditLog(
    { actions, others },
    {
      grants,
      awaiting,
      sandboxOrgId: store.sandboxOrgId,
      itemOf: (itemId) => items.get(itemId),
      isOfCreation,
      loggedGrant,
      nameOf: (email, at) => scope.users.userAt(email, at)?.name,
      isExternal: ({ grant: { email } }) =>
        email === undefined || !isInsider(email, scope.insiders),
      wasInternal,
    },
  );
  return { shares, replaced, changed: grants.changed };
}

/** The entries of the page that belong to the window, and those that must be applied again. */
async function entriesToApply(
  processing: AuditProcessing,
  page: EntriesPage,
): Promise<Pick<EntriesPage, 'actions' | 'others'>> {
  const others = page.others.filter((entry) => isInWindow(entry, processing));
  const separated = await grantsAround(processing, others);
  const again = separated.map((entry): ShareAction => ({ entries: [entry] }));
  const actions = [...page.actions, ...again].filter(({ entries: [first] }) =>
    isInWindow(first, processing),
  );
  return { actions, others };
}

/**
 * The handled grants that counted as one until a revocation between them was logged: they are applied
 * again.
 */
async function grantsAround(
  processing: AuditProcessing,
  others: readonly AuditEntry[],
): Promise<AuditEntry[]> {
  const revocations = others.filter(({ change }) => change === 'revoke');
  const times = revocations.map(({ at }) => at);
  if (times.length === 0) return [];
  const handled = await handledEntriesBetween(processing.store.db, partitionKeyOf(processing), {
    itemIds: [...new Set(revocations.map(({ itemId }) => itemId))],
    from: Math.min(...times) - DRIVE_LIMITS.repeatedGrantMsMax,
    until: Math.max(...times) + DRIVE_LIMITS.repeatedGrantMsMax,
  });
  return handled.filter(
    ({ change, at, itemId, grant }) =>
      change === 'grant' &&
      revocations.some(
        (revocation) =>
          revocation.itemId === itemId &&
          revocation.grant.key === grant.key &&
          Math.abs(revocation.at - at) <= DRIVE_LIMITS.repeatedGrantMsMax,
      ),
  );
}

function partitionKeyOf({ store, partition }: AuditProcessing): PartitionKey {
  return { tenant: store.tenant, partition: partition.name };
}

/** A share action belongs to the window in which it begins. */
function isInWindow({ at }: AuditEntry, { window }: AuditProcessing): boolean {
  return window === undefined || (at >= window.since && at < window.until);
}

/** Epoch milliseconds: every kind of entry has been read up to here. */
async function readUntilOf({ store, partition }: AuditProcessing): Promise<number> {
  const { db, tenant } = store;
  const ends: number[] = [];
  for (const eventName of AUDIT_EVENT_NAMES) {
    const stream = auditLogStream(partition.prefix, eventName);
    const stored = await readCursor(db, { tenant, stream });
    ends.push((stored === undefined ? undefined : parseAuditPosition(stored).until) ?? 0);
  }
  return Math.min(...ends);
}
