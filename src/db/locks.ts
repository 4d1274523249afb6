import { sql } from 'kysely';
import { isPostgres } from './is-postgres.ts';
import type { Statement } from './schema.ts';

/** Something that only one transaction at a time may change, even if it has no row yet. */
export type LockName = `lease ${string}` | 'search index';

/** so that other programs' locks in the same database are others */
const NAMESPACE = 'sharetrail';

/** Keeps the name until the transaction ends. A transaction of SQLite excludes every other one. */
export async function lockName(trx: Statement, name: LockName): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${`${NAMESPACE} ${name}`}, 0))
  `.execute(trx);
}
