import { sql } from 'kysely';
import type { Statement } from './schema.ts';

/** A number that changes when another connection, of any process, changes the database. */
export async function dataVersion(db: Statement): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
}
