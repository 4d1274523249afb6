import type { Statement } from './schema.ts';

/** What is remembered of a tenant that is watched for good runs. Times in epoch milliseconds. */
export interface Watch {
  /** since when it is watched with its present schedule */
  readonly since: number;
  /** the time without a good run that was told of began then; undefined: nothing was told */
  readonly toldFor: number | undefined;
}

/** Begins to watch the tenant, or goes on; another schedule is watched from `now` on. */
export async function watchTenant(
  db: Statement,
  tenant: { readonly tenant: string; readonly schedule: string; readonly now: number },
): Promise<Watch> {
  const known = await db
    .selectFrom('overdue')
    .select(['schedule', 'since', 'told_for'])
    .where('tenant', '=', tenant.tenant)
    .executeTakeFirst();
  if (known?.schedule === tenant.schedule) {
    return { since: known.since, toldFor: known.told_for ?? undefined };
  }
  const columns = { schedule: tenant.schedule, since: tenant.now, told_for: null };
  await db
    .insertInto('overdue')
    .values({ tenant: tenant.tenant, ...columns })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet(columns))
    .execute();
  return { since: tenant.now, toldFor: undefined };
}

/** For a tenant that has no schedule any more. */
export async function unwatchTenant(db: Statement, tenant: string): Promise<void> {
  await db.deleteFrom('overdue').where('tenant', '=', tenant).execute();
}

/** It was told that there is no good run since `toldFor`: that is not told again. */
export async function rememberTold(
  db: Statement,
  told: { readonly tenant: string; readonly toldFor: number },
): Promise<void> {
  await db
    .updateTable('overdue')
    .set({ told_for: told.toldFor })
    .where('tenant', '=', told.tenant)
    .execute();
}

/** When the tenant's last good nightly run began; undefined where none is on record. */
export async function lastGoodSync(db: Statement, tenant: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('run')
    .select('started_at')
    .where('tenant', '=', tenant)
    .where('kind', '=', 'sync')
    .where('outcome', '=', 'ok')
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.started_at;
}
