import type { Database, Statement } from './schema.ts';

export interface SetAsideRow {
  readonly kind: string;
  readonly id: string;
  readonly problem: string;
  /** JSON text; undefined: not kept */
  readonly row: string | undefined;
  /** JSON text; only the source that wrote it reads it */
  readonly place: string;
  /** the version that could not read it */
  readonly version: string;
  /** epoch milliseconds */
  readonly at: number;
}

export interface SetAsideOwner {
  readonly tenant: string;
  readonly source: string;
}

export async function listSetAside(
  db: Statement,
  { tenant, source }: SetAsideOwner,
): Promise<SetAsideRow[]> {
  const rows = await db
    .selectFrom('set_aside')
    .select(['kind', 'id', 'problem', 'row', 'place', 'version', 'at'])
    .where('tenant', '=', tenant)
    .where('source', '=', source)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(({ row, ...rest }) => ({ ...rest, row: row ?? undefined }));
}

/** Keeps the time at which a row was first set aside. */
export async function saveSetAside(
  trx: Statement,
  owner: SetAsideOwner,
  rows: readonly SetAsideRow[],
): Promise<void> {
  for (const { row: text, ...rest } of rows) {
    const row = text ?? null;
    const { problem, place, version } = rest;
    await trx
      .insertInto('set_aside')
      .values({ ...owner, ...rest, row })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'source', 'kind', 'id'])
          .doUpdateSet({ problem, row, place, version }),
      )
      .execute();
  }
}

export async function deleteSetAside(
  trx: Statement,
  owner: SetAsideOwner,
  rows: readonly Pick<SetAsideRow, 'kind' | 'id'>[],
): Promise<void> {
  for (const { kind, id } of rows) {
    await trx
      .deleteFrom('set_aside')
      .where('tenant', '=', owner.tenant)
      .where('source', '=', owner.source)
      .where('kind', '=', kind)
      .where('id', '=', id)
      .execute();
  }
}

/** Deletes every row of a source: the tenant belongs to another account. */
export async function deleteAllSetAside(
  trx: Statement,
  { tenant, source }: SetAsideOwner,
): Promise<void> {
  await trx
    .deleteFrom('set_aside')
    .where('tenant', '=', tenant)
    .where('source', '=', source)
    .execute();
}

/** Deletes rows that were set aside before `before`: they may name people. */
export async function pruneSetAside(db: Database, before: number): Promise<void> {
  await db.deleteFrom('set_aside').where('at', '<', before).execute();
}
