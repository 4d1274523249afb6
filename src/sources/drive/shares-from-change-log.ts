import type { Statement } from '../../db/schema.ts';
import type { Share } from '../../share/share.ts';
import type { SourcePage } from '../source.ts';
import { buildShare } from './build-share.ts';
import type { ChangeLog } from './change-logs.ts';
import {
  compareGrants,
  type ItemAccess,
  keepGrants,
  type NewGrant,
  recordBaseline,
  recordItemGone,
} from './compare-grants.ts';
import { formatPosition } from './cursor-positions.ts';
import type { DriveStore } from './drive-store.ts';
import { type ExternalGrant, isInternalGrant } from './external-grantees.ts';
import type { Grant } from './grant.ts';
import { endUnsweptGrants, loadGrants, saveGrants } from './grant-store.ts';
import type { SeenItem } from './item-access.ts';
import { addKnownItems, deleteEarlierKnownItems } from './known-items.ts';
import type { LoadedGrants } from './loaded-grants.ts';
import { scopeChangeOf } from './new-in-scope.ts';
import type { ChangeLogPage } from './reader-sessions.ts';
import { deleteRetried } from './retry-rows.ts';

export interface CompareRules {
  /** epoch milliseconds: in a first reading, grants on files created from then on are reported */
  readonly baselineEnd: number;
  /** domains that were internal until the configuration changed */
  readonly formerDomains: readonly string[];
  /** epoch milliseconds */
  readonly now: number;
  readonly awaitsAuditLog: boolean;
}

/** Compares a page with the grants on record. Returns its new shares and the update of the grants. */
export async function sharesFromChangeLog(
  { db, tenant, sandboxOrgId }: Pick<DriveStore, 'db' | 'tenant' | 'sandboxOrgId'>,
  read: { readonly changeLog: ChangeLog; readonly page: ChangeLogPage },
  rules: CompareRules,
): Promise<SourcePage> {
  const { changeLog, page } = read;
  const { items, position, sweep } = page;
  const unreadable = page.unreadable ?? [];
  const grants = await loadGrants(db, tenant, [...idsOf(items), ...unreadable]);
  keepGrants(grants, unreadable, sweptAtOf(page));
  const { owner } = changeLog;
  const { arrived, unrecorded } = await scopeChangeOf(
    { db, tenant },
    { page, owner },
    { grants, start: rules.baselineEnd },
  );
  const context = { ...read, rules, arrived, sandboxOrgId };
  const shares = parentsFirst(items).flatMap((item) => sharesOf(grants, item, context));
  const { changed } = grants;
  return {
    shares,
    stream: changeLog.stream,
    position: formatPosition(position),
    awaitsAuditLog: rules.awaitsAuditLog,
    recordsBaseline: changed.length + unrecorded.length > 0,
    writeInTransaction: async (trx) => {
      await saveGrants(trx, tenant, changed);
      await deleteRetried(trx, tenant, page.retried ?? []);
      await recordKnownItems(trx, { tenant, owner, page }, unrecorded);
      if (sweep?.kind !== 'compare' || !sweep.isOver) return;
      await endUnsweptGrants(trx, { tenant, owner, startedAt: sweep.startedAt });
    },
  };
}

async function recordKnownItems(
  trx: Statement,
  of: { readonly tenant: string; readonly owner: string; readonly page: ChangeLogPage },
  itemIds: readonly string[],
): Promise<void> {
  const { tenant, owner, page } = of;
  const { sweep, itemsSince } = page;
  const since = sweep?.startedAt ?? itemsSince;
  if (since === undefined) return;
  await addKnownItems(trx, { tenant, owner, since }, itemIds);
  if (sweep?.recordsItems && sweep.isOver) {
    await deleteEarlierKnownItems(trx, { tenant, owner, since });
  }
}

/** The items, and the folders that some of them may inherit grants from. */
function idsOf(items: readonly SeenItem[]): string[] {
  return items.flatMap(({ facts, originUnknown, parents = [] }) =>
    originUnknown === undefined ? [facts.itemId] : [facts.itemId, ...parents],
  );
}

/** Items can inherit grants from a folder on the same page, so each folder precedes its content. */
function parentsFirst(items: readonly SeenItem[]): SeenItem[] {
  const byId = new Map(items.map((item) => [item.facts.itemId, item]));
  const ordered = new Set<SeenItem>();
  for (const item of items) {
    // From the item up to the highest folder on the page; a cycle of folders ends, too.
    const path = new Set<SeenItem>();
    for (let next: SeenItem | undefined = item; next && !ordered.has(next) && !path.has(next); ) {
      path.add(next);
      next = next.parents?.map((parent) => byId.get(parent)).find((parent) => parent !== undefined);
    }
    for (const each of [...path].reverse()) ordered.add(each);
  }
  return [...ordered];
}

interface Context {
  readonly changeLog: ChangeLog;
  readonly page: ChangeLogPage;
  readonly rules: CompareRules;
  readonly sandboxOrgId: string | undefined;
  /** old items that came into scope */
  readonly arrived: ReadonlySet<string>;
}

function sharesOf(grants: LoadedGrants, item: SeenItem, context: Context): Share[] {
  const { changeLog, page, rules } = context;
  const { facts, at } = item;
  if (item.access === undefined) {
    recordItemGone(grants, { itemId: facts.itemId, owner: changeLog.owner, at });
    return [];
  }
  const access = withInherited(grants, item, item.access);
  const { now, formerDomains } = rules;
  const sweptAt = sweptAtOf(page);
  if (page.sweep?.kind === 'domains') {
    const own = access.own.filter((grant) => isInternalGrant(grant, formerDomains));
    recordBaseline(grants, { ...access, own }, { unknown: 'baseline', now, sweptAt });
    return [];
  }
  const unknown = isBaseline(item, context) ? 'baseline' : 'report';
  const newGrants = compareGrants(grants, access, { unknown, now, sweptAt });
  return newGrants.length === 0 ? [] : [shareOf(item, newGrants, context)];
}

/**
 * If Google does not say whether a grant is inherited, it counts as inherited if a folder of the item
 * has it. The share of the folder is then the share.
 */
function withInherited(
  grants: LoadedGrants,
  { originUnknown, folderGrantees, parents = [] }: SeenItem,
  access: ItemAccess,
): ItemAccess {
  if (originUnknown === undefined) return access;
  const isInherited = ({ key }: ExternalGrant) =>
    originUnknown.has(key) &&
    !isOpen(grants.history(access.itemId, key).latest) &&
    (folderGrantees?.has(key) ||
      parents.some((parent) => {
        const { latest, latestInherited } = grants.history(parent, key);
        return isOpen(latest) || isOpen(latestInherited);
      }));
  return {
    ...access,
    own: access.own.filter((grant) => !isInherited(grant)),
    inherited: [...(access.inherited ?? []), ...access.own.filter(isInherited)],
  };
}

function isOpen(grant: Grant | undefined): boolean {
  return grant !== undefined && grant.revokedAt === undefined;
}

function sweptAtOf({ sweep }: ChangeLogPage): number | undefined {
  return sweep?.kind === 'compare' ? sweep.startedAt : undefined;
}

/** True for an old file in a first reading, and for one that came into scope later. */
function isBaseline(item: SeenItem, { page, rules, arrived }: Context): boolean {
  const { facts, createdAt, isFirstReading } = item;
  if (page.sweep?.kind !== 'baseline' && !isFirstReading) return arrived.has(facts.itemId);
  return createdAt === undefined || createdAt < rules.baselineEnd;
}

function shareOf(item: SeenItem, newGrants: readonly NewGrant[], context: Context): Share {
  const { page, rules, sandboxOrgId } = context;
  const { facts, fileOwner, createdAt } = item;
  const isFirstReading = page.sweep?.kind === 'baseline';
  const share = buildShare({
    detector: 'changes',
    sandboxOrgId,
    item: facts,
    // The time of the grant is unknown, but it is not before the file's creation. Uploaders write
    // the time of creation, so it can be in the future.
    at: Math.min(rules.now, isFirstReading ? (createdAt ?? item.at) : item.at),
    actor: fileOwner?.email ?? '',
    ...(fileOwner?.name !== undefined && { actorName: fileOwner.name }),
    grants: newGrants.map(({ seen, ordinal }) => ({ ...seen, ordinal })),
  });
  for (const { grant } of newGrants) grant.eventId = share.eventId;
  return share;
}
