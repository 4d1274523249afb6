import type { Insertable, Selectable } from 'kysely';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import type { GrantTable, Statement } from '../../db/schema.ts';
import { chunksOf } from '../../lib/chunks.ts';
import type { Grant } from './grant.ts';
import { LoadedGrants } from './loaded-grants.ts';

/** Loads all grants on record for the items. */
export async function loadGrants(
  db: Statement,
  tenant: string,
  itemIds: Iterable<string>,
): Promise<LoadedGrants> {
  const grants: Grant[] = [];
  for (const chunk of chunksOf([...new Set(itemIds)], DATABASE_LIMITS.idsPerQueryMax)) {
    const rows = await db
      .selectFrom('grant')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('item', 'in', chunk)
      .execute();
    grants.push(...rows.map(grantOf));
  }
  return new LoadedGrants(grants);
}

/** The grants on record of one item or of one grantee, newest first. */
export async function findGrants(
  db: Statement,
  tenant: string,
  filter: { readonly item?: string; readonly grantee?: string; readonly limit: number },
): Promise<Grant[]> {
  const { item, grantee, limit } = filter;
  const rows = await db
    .selectFrom('grant')
    .selectAll()
    .where('tenant', '=', tenant)
    .$if(item !== undefined, (all) => all.where('item', '=', item ?? ''))
    .$if(grantee !== undefined, (all) => all.where('grantee', '=', grantee ?? ''))
    .orderBy('seen_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(grantOf);
}

/** Inserts or updates the grants. */
export async function saveGrants(
  trx: Statement,
  tenant: string,
  grants: readonly Grant[],
): Promise<void> {
  for (const chunk of chunksOf(grants, DATABASE_LIMITS.rowsPerInsertMax)) {
    await trx
      .insertInto('grant')
      .values(chunk.map((grant) => rowOf(grant, tenant)))
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'item', 'grantee', 'generation']).doUpdateSet((set) => ({
          role: set.ref('excluded.role'),
          owner: set.ref('excluded.owner'),
          seen_by: set.ref('excluded.seen_by'),
          seen_at: set.ref('excluded.seen_at'),
          granted_at: set.ref('excluded.granted_at'),
          expires_at: set.ref('excluded.expires_at'),
          revoked_at: set.ref('excluded.revoked_at'),
          removed: set.ref('excluded.removed'),
          swept_at: set.ref('excluded.swept_at'),
          event_id: set.ref('excluded.event_id'),
        })),
      )
      .execute();
  }
}

/**
 * Ends the grants of an owner's items that a sweep did not find, if they existed when it started: the
 * items are no longer visible.
 */
export async function endUnsweptGrants(
  trx: Statement,
  sweep: { readonly tenant: string; readonly owner: string; readonly startedAt: number },
): Promise<void> {
  await trx
    .updateTable('grant')
    .set({ revoked_at: sweep.startedAt, removed: 1 })
    .where('tenant', '=', sweep.tenant)
    .where('owner', '=', sweep.owner)
    .where('revoked_at', 'is', null)
    .where('seen_at', '<', sweep.startedAt)
    .where((where) =>
      where.or([where('swept_at', 'is', null), where('swept_at', '<', sweep.startedAt)]),
    )
    .execute();
}

function rowOf(grant: Grant, tenant: string): Insertable<GrantTable> {
  return {
    tenant,
    item: grant.itemId,
    grantee: grant.grantee,
    generation: grant.generation,
    kind: grant.kind,
    role: grant.role,
    inherited: grant.inherited ? 1 : 0,
    owner: grant.owner,
    seen_by: grant.seenBy,
    seen_at: grant.seenAt,
    granted_at: grant.grantedAt ?? null,
    expires_at: grant.expiresAt ?? null,
    revoked_at: grant.revokedAt ?? null,
    removed: grant.removed ? 1 : 0,
    swept_at: grant.sweptAt ?? null,
    event_id: grant.eventId ?? null,
  };
}

function grantOf(row: Selectable<GrantTable>): Grant {
  return {
    itemId: row.item,
    grantee: row.grantee,
    generation: row.generation,
    kind: row.kind as Grant['kind'],
    inherited: row.inherited === 1,
    role: row.role,
    owner: row.owner,
    seenBy: row.seen_by as Grant['seenBy'],
    seenAt: row.seen_at,
    grantedAt: row.granted_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    removed: row.removed === 1,
    sweptAt: row.swept_at ?? undefined,
    eventId: row.event_id ?? undefined,
  };
}
