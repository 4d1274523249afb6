import { guardLease, type LeaseKey } from './leases.ts';
import type { Database, Statement } from './schema.ts';

export interface StoredRun {
  readonly runId: string;
  readonly tenant: string;
  readonly kind: string;
  readonly startedAt: number;
  /** absent: under way, or died */
  readonly finishedAt?: number;
  readonly outcome?: string;
  /** JSON text of the run's counts and errors */
  readonly report?: string;
}

export async function beginRun(
  db: Statement,
  run: Pick<StoredRun, 'runId' | 'tenant' | 'kind' | 'startedAt'>,
): Promise<void> {
  await db
    .insertInto('run')
    .values({
      run_id: run.runId,
      tenant: run.tenant,
      kind: run.kind,
      started_at: run.startedAt,
      finished_at: null,
      outcome: null,
      report: null,
    })
    .execute();
}

/** Closes a run's row. Throws LeaseLost where another process took the tenant over. */
export async function finishRun(
  db: Database,
  lease: LeaseKey,
  run: { runId: string; finishedAt: number; outcome: string; report: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('run')
      .set({ finished_at: run.finishedAt, outcome: run.outcome, report: run.report })
      .where('run_id', '=', run.runId)
      .execute();
  });
}

/** The tenant's latest runs, newest first. */
export async function latestRuns(
  db: Statement,
  options: { readonly tenant: string; readonly limit: number },
): Promise<StoredRun[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('tenant', '=', options.tenant)
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(options.limit)
    .execute();
  return rows.map((row) => ({
    runId: row.run_id,
    tenant: row.tenant,
    kind: row.kind,
    startedAt: row.started_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.report !== null && { report: row.report }),
  }));
}

/** How the tenant's runs of one kind ended that began within `from` to `to`, newest first. */
export async function runsEndedOf(
  db: Statement,
  options: {
    readonly tenant: string;
    readonly kind: string;
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  },
): Promise<{ readonly report: string | null }[]> {
  return db
    .selectFrom('run')
    .select('report')
    .where('tenant', '=', options.tenant)
    .where('kind', '=', options.kind)
    .where('started_at', '>=', options.from)
    .where('started_at', '<=', options.to)
    .where('finished_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(options.limit)
    .execute();
}
