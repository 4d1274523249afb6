import { type Cursor, cursorPages } from '../../src/db/cursors.ts';
import type { Statement } from '../../src/db/schema.ts';

/** All cursors of a tenant, in the order of their streams. */
export async function listCursors(db: Statement, tenant: string): Promise<Cursor[]> {
  const cursors: Cursor[] = [];
  for await (const page of cursorPages(db, { tenant, prefix: '' })) cursors.push(...page);
  return cursors;
}
