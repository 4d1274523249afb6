import type { Statement } from './schema.ts';

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

export async function listCursors(db: Statement, tenant: string): Promise<Cursor[]> {
  const rows = await db
    .selectFrom('cursor')
    .select(['stream', 'position', 'updated_at'])
    .where('tenant', '=', tenant)
    .orderBy('stream')
    .execute();
  return rows.map((row) => ({
    stream: row.stream,
    position: row.position,
    updatedAt: row.updated_at,
  }));
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
