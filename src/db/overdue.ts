import type { RunReport } from './run-report.ts';
import type { Statement } from './schema.ts';

/** How a tenant is watched for successful runs. Times are epoch milliseconds. */
export interface Watch {
  /** since when it has been watched with its current schedule */
  readonly since: number;
  /** start of the gap without a successful run that was alerted; undefined: none was */
  readonly alertedFor: number | undefined;
}

/** Starts to watch the tenant, or continues. A changed schedule is watched from `now` on. */
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
    return { since: known.since, alertedFor: known.told_for ?? undefined };
  }
  const columns = { schedule: tenant.schedule, since: tenant.now, told_for: null };
  await db
    .insertInto('overdue')
    .values({ tenant: tenant.tenant, ...columns })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet(columns))
    .execute();
  return { since: tenant.now, alertedFor: undefined };
}

/** Since when the tenant is watched with this schedule; undefined: it is not, or with another one. */
export async function watchedSince(
  db: Statement,
  tenant: { readonly tenant: string; readonly schedule: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('overdue')
    .select('since')
    .where('tenant', '=', tenant.tenant)
    .where('schedule', '=', tenant.schedule)
    .executeTakeFirst();
  return row?.since;
}

/** For a tenant that no longer has a schedule. */
export async function unwatchTenant(db: Statement, tenant: string): Promise<void> {
  await db.deleteFrom('overdue').where('tenant', '=', tenant).execute();
}

/** Records that the gap that began at `alertedFor` was alerted, so that it is not alerted again. */
export async function rememberAlert(
  db: Statement,
  alert: { readonly tenant: string; readonly alertedFor: number },
): Promise<void> {
  await db
    .updateTable('overdue')
    .set({ told_for: alert.alertedFor })
    .where('tenant', '=', alert.tenant)
    .execute();
}

/** Appears in the JSON of a report only as a key: within a text, the quotes are escaped. */
const GONG_WAIT_KEY = `"${'gongWait' satisfies keyof RunReport}":`;

/**
 * When the tenant's last successful sync began; undefined if none is on record. A run that Gong
 * throttled until it stopped is not an error, but not success either.
 */
export async function lastGoodSync(db: Statement, tenant: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('run')
    .select('started_at')
    .where('tenant', '=', tenant)
    .where('kind', '=', 'sync')
    .where('outcome', '=', 'ok')
    .where((where) =>
      where.or([where('report', 'is', null), where('report', 'not like', `%${GONG_WAIT_KEY}%`)]),
    )
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.started_at;
}
