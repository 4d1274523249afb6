import type { Selectable } from 'kysely';
import { guardLease, type LeaseKey } from './leases.ts';
import { parseReport, type RunKind, type RunReport } from './run-report.ts';
import type { Database, RunTable, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

export interface StoredRun {
  readonly runId: string;
  readonly tenant: string;
  readonly kind: string;
  readonly startedAt: number;
  /** absent: the run is in progress, or died */
  readonly finishedAt?: number;
  readonly outcome?: string;
  /** absent: the run did not finish, or its report is unreadable */
  readonly report?: RunReport;
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

/** Closes a run's row. Throws LeaseLost if another process took over the tenant. */
export async function finishRun(
  db: Database,
  lease: LeaseKey,
  run: { readonly runId: string; readonly report: RunReport },
): Promise<void> {
  const { runId, report } = run;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await trx
      .updateTable('run')
      .set({
        finished_at: Date.parse(report.finishedAt),
        outcome: report.outcome,
        report: JSON.stringify(report),
      })
      .where('run_id', '=', runId)
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
  return rows.map(storedRun);
}

function storedRun(row: Selectable<RunTable>): StoredRun {
  const report = row.report === null ? undefined : parseReport(row.report);
  return {
    runId: row.run_id,
    tenant: row.tenant,
    kind: row.kind,
    startedAt: row.started_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(report && { report }),
  };
}

/** The tenant's finished runs of one kind that began within `from` to `to`, newest first. */
export async function finishedRuns(
  db: Statement,
  options: {
    readonly tenant: string;
    readonly kind: RunKind;
    /** epoch milliseconds, both inclusive */
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  },
): Promise<StoredRun[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('tenant', '=', options.tenant)
    .where('kind', '=', options.kind)
    .where('started_at', '>=', options.from)
    .where('started_at', '<=', options.to)
    .where('finished_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(options.limit)
    .execute();
  return rows.map(storedRun);
}
