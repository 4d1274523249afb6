import type { DriveStore } from './drive-store.ts';
import type { SeenItem } from './item-access.ts';
import { findKnownItems } from './known-items.ts';
import type { LoadedGrants } from './loaded-grants.ts';
import type { ChangeLogPage } from './reader-sessions.ts';

/** What a page shows of the items in scope. */
export interface ScopeChange {
  /** old items that came into scope with grants: by a transfer, a move, or a restoration */
  readonly arrived: ReadonlySet<string>;
  /** items to record as known from now on */
  readonly unrecorded: readonly string[];
}

/**
 * Compares a page with the items that are known to be in scope. An item that was created after the
 * sweep is new, whether or not it is known.
 */
export async function scopeChangeOf(
  { db, tenant }: Pick<DriveStore, 'db' | 'tenant'>,
  { page, owner }: { readonly page: ChangeLogPage; readonly owner: string },
  { grants, start }: { readonly grants: LoadedGrants; readonly start: number },
): Promise<ScopeChange> {
  const { items, sweep, itemsSince } = page;
  const visible = items.filter(({ access }) => access !== undefined);
  const listed = sweep?.recordsItems ? idsOf(visible) : [];
  const isFirstReading = sweep !== undefined && sweep.kind !== 'compare';
  if (itemsSince === undefined || isFirstReading) return { arrived: new Set(), unrecorded: listed };
  const old = visible.filter(({ createdAt = 0 }) => createdAt < Math.max(start, itemsSince));
  const before = sweep?.startedAt ?? Number.MAX_SAFE_INTEGER;
  const known = async (among: readonly SeenItem[], ofOwner: { readonly owner?: string }) => {
    const ids = await findKnownItems(db, { tenant, before, ...ofOwner }, idsOf(among));
    return among.filter(({ facts }) => !ids.has(facts.itemId));
  };
  // A sweep records all items anyway.
  const unknown = sweep === undefined ? await known(old, { owner }) : old;
  const withNewGrants = unknown.filter((item) => hasUnrecordedGrant(item, grants));
  // An item that only moved within the scope is another change log's.
  const arrived = new Set(idsOf(await known(withNewGrants, {})));
  return { arrived, unrecorded: sweep === undefined ? idsOf(unknown) : listed };
}

function hasUnrecordedGrant({ facts, access }: SeenItem, grants: LoadedGrants): boolean {
  const own = access?.own ?? [];
  return own.some(({ key }) => grants.history(facts.itemId, key).latest === undefined);
}

function idsOf(items: readonly SeenItem[]): string[] {
  return items.map(({ facts }) => facts.itemId);
}
