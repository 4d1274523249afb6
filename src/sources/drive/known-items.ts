import { hash } from 'node:crypto';
import { DATABASE_LIMITS } from '../../db/limits.ts';
import { pagesByKey } from '../../db/pages-by-key.ts';
import type { Statement } from '../../db/schema.ts';

/**
 * The items that a change log's sweep listed, and old items that it met since. Each row has the
 * hashes of a page of items: a company has millions, and only few of them are ever looked up.
 */
export interface KnownItemsKey {
  readonly tenant: string;
  /** the owner of the items; see stream-names.ts */
  readonly owner: string;
  /** epoch milliseconds: start of the sweep */
  readonly since: number;
}

/** 48 bits: among a hundred million items, one of three million others counts as known by mistake. */
const HASH_HEX_DIGITS = 12;

export async function addKnownItems(
  trx: Statement,
  key: KnownItemsKey,
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return;
  const last = await trx
    .selectFrom('known_items')
    .select((select) => select.fn.max<number | null>('number').as('number'))
    .where('tenant', '=', key.tenant)
    .where('owner', '=', key.owner)
    .where('since', '=', key.since)
    .executeTakeFirst();
  const number = (last?.number ?? 0) + 1;
  const items = itemIds.map(hashOf).join('');
  await trx
    .insertInto('known_items')
    .values({ ...key, number, items })
    .execute();
}

/** Deletes what earlier sweeps listed; the sweep from `since` is complete. */
export async function deleteEarlierKnownItems(
  trx: Statement,
  { tenant, owner, since }: KnownItemsKey,
): Promise<void> {
  await trx
    .deleteFrom('known_items')
    .where('tenant', '=', tenant)
    .where('owner', '=', owner)
    .where('since', '<', since)
    .execute();
}

/** Renames the owner of known items, and keeps those that `to` already has. */
export async function moveKnownItems(
  trx: Statement,
  tenant: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const last = await trx
    .selectFrom('known_items')
    .select((select) => select.fn.max<number | null>('number').as('number'))
    .where('tenant', '=', tenant)
    .where('owner', '=', to)
    .executeTakeFirst();
  await trx
    .updateTable('known_items')
    .set((set) => ({ owner: to, number: set('number', '+', last?.number ?? 0) }))
    .where('tenant', '=', tenant)
    .where('owner', '=', from)
    .execute();
}

/** Those of the items that a change log knew before `before` (epoch milliseconds, exclusive). */
export async function findKnownItems(
  db: Statement,
  among: {
    readonly tenant: string;
    /** undefined: every owner's */
    readonly owner?: string;
    readonly before: number;
  },
  itemIds: readonly string[],
): Promise<Set<string>> {
  const requested = new Map(itemIds.map((id) => [hashOf(id), id]));
  const found = new Set<string>();
  if (requested.size === 0) return found;
  const { tenant, owner, before } = among;
  const pages = pagesByKey(
    db
      .selectFrom('known_items')
      .select(['owner', 'since', 'number', 'items'])
      .where('tenant', '=', tenant)
      .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''))
      .where('since', '<', before),
    { key: ['owner', 'since', 'number'], size: DATABASE_LIMITS.rowsPerInsertMax },
  );
  for await (const rows of pages) {
    for (const { items } of rows) for (const id of matchesIn(items, requested)) found.add(id);
    if (found.size === requested.size) break;
  }
  return found;
}

function* matchesIn(items: string, requested: ReadonlyMap<string, string>): Generator<string> {
  for (let at = 0; at < items.length; at += HASH_HEX_DIGITS) {
    const id = requested.get(items.slice(at, at + HASH_HEX_DIGITS));
    if (id !== undefined) yield id;
  }
}

function hashOf(itemId: string): string {
  return hash('sha1', itemId).slice(0, HASH_HEX_DIGITS);
}
