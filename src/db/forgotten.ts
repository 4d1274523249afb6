import { randomBytes } from 'node:crypto';
import type { Statement } from './schema.ts';

const KEY_BYTES = 32;
const KEY_ID = 1;

export interface StoredForgotten {
  readonly key: string;
  /** keyed hashes */
  readonly people: ReadonlySet<string>;
}

/** The tenant's forgotten people; undefined if there are none. */
export async function readForgotten(
  db: Statement,
  tenant: string,
): Promise<StoredForgotten | undefined> {
  const rows = await db
    .selectFrom('forgotten')
    .select('person')
    .where('tenant', '=', tenant)
    .execute();
  const key = rows.length === 0 ? undefined : await findKey(db);
  return key === undefined ? undefined : { key, people: new Set(rows.map(({ person }) => person)) };
}

/** The key of the hashes, made at the first call. */
export async function forgottenKey(trx: Statement): Promise<string> {
  const made = randomBytes(KEY_BYTES).toString('hex');
  await trx
    .insertInto('forgotten_key')
    .values({ id: KEY_ID, key: made })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return (await findKey(trx)) ?? made;
}

/** Keeps the time at which the person was first forgotten. */
export async function addForgotten(
  trx: Statement,
  forgotten: { readonly tenant: string; readonly person: string; readonly at: number },
): Promise<void> {
  await trx
    .insertInto('forgotten')
    .values(forgotten)
    .onConflict((conflict) => conflict.columns(['tenant', 'person']).doNothing())
    .execute();
}

async function findKey(db: Statement): Promise<string | undefined> {
  const row = await db
    .selectFrom('forgotten_key')
    .select('key')
    .where('id', '=', KEY_ID)
    .executeTakeFirst();
  return row?.key;
}
