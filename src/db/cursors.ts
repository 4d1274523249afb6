import type { Selectable } from 'kysely';
import { DATABASE_LIMITS } from './limits.ts';
import { pagesByKey } from './pages-by-key.ts';
import type { CursorTable, Statement } from './schema.ts';

export interface Cursor {
  readonly stream: string;
  /** JSON text; only the source that wrote it reads it */
  readonly position: string;
  readonly updatedAt: number;
}

export async function readCursor(
  db: Statement,
  key: { readonly tenant: string; readonly stream: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('cursor')
    .select('position')
    .where('tenant', '=', key.tenant)
    .where('stream', '=', key.stream)
    .executeTakeFirst();
  return row?.position;
}

export async function writeCursor(
  trx: Statement,
  cursor: Cursor & { readonly tenant: string },
): Promise<void> {
  const { tenant, stream, position, updatedAt } = cursor;
  await trx
    .insertInto('cursor')
    .values({ tenant, stream, position, updated_at: updatedAt })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'stream']).doUpdateSet({ position, updated_at: updatedAt }),
    )
    .execute();
}

/** The positions of those of the streams that have one; up to DATABASE_LIMITS.idsPerQueryMax streams. */
export async function readCursors(
  db: Statement,
  { tenant, streams }: { readonly tenant: string; readonly streams: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('cursor')
    .select(['stream', 'position'])
    .where('tenant', '=', tenant)
    .where('stream', 'in', streams)
    .execute();
  return new Map(rows.map(({ stream, position }) => [stream, position]));
}

/** The cursors whose streams start with the prefix, in the order of their streams. */
export async function* cursorPages(
  db: Statement,
  { tenant, prefix }: { readonly tenant: string; readonly prefix: string },
): AsyncGenerator<Cursor[]> {
  const cursors = db
    .selectFrom('cursor')
    .select(['stream', 'position', 'updated_at'])
    .where('tenant', '=', tenant);
  const pages = pagesByKey(cursors, {
    key: ['stream'],
    size: DATABASE_LIMITS.rowsPerPageMax,
    after: { stream: prefix },
  });
  for await (const rows of pages) {
    const page = rows.filter(({ stream }) => stream.startsWith(prefix));
    if (page.length > 0) yield page.map(cursorOf);
    if (page.length < rows.length) return;
  }
}

/** When a cursor whose stream starts with the prefix was last stored, in epoch milliseconds. */
export async function lastStoredAt(
  db: Statement,
  { tenant, prefix }: { readonly tenant: string; readonly prefix: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('cursor')
    .select(({ fn }) => fn.max<number | null>('updated_at').as('at'))
    .where('tenant', '=', tenant)
    .where('stream', 'like', `${prefix}%`)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

function cursorOf(
  row: Pick<Selectable<CursorTable>, 'stream' | 'position' | 'updated_at'>,
): Cursor {
  return { stream: row.stream, position: row.position, updatedAt: row.updated_at };
}

/** Deletes the cursor of a stream, and those of the streams below it (`STREAM/…`). */
export async function deleteCursors(
  trx: Statement,
  cursors: { readonly tenant: string; readonly stream: string },
): Promise<void> {
  const { tenant, stream } = cursors;
  await trx
    .deleteFrom('cursor')
    .where('tenant', '=', tenant)
    .where((where) =>
      where.or([where('stream', '=', stream), where('stream', 'like', `${stream}/%`)]),
    )
    .execute();
}
