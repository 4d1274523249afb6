import type { Database } from '../../src/db/schema.ts';

/** An entry exactly as earlier versions recorded a requested stop. */
export const STOP_OF_EARLIER_VERSION = {
  stage: 'run',
  message: 'asked to stop',
  hint: 'Run again; a run goes on where the last one was interrupted.',
};

/** A report exactly as earlier versions stored it. */
export function oldReport(errors: readonly object[]): string {
  const end = `"pending":3,"calls":{"salesforce":9,"google":0,"gong":12},"errors":`;
  return `{"tenant":"acme","kind":"sync","outcome":"partial","startedAt":"2026-11-02T02:00:00.000Z","finishedAt":"2026-11-02T02:03:40.000Z","found":{"salesforce":12,"google-drive":0},"queued":12,"held":1,"skipped":{"no-url":1},"delivered":9,"duplicates":0,"rejected":0,${end}${JSON.stringify(errors)}}`;
}

/** Writes a finished run of `acme` with this text as its report. */
export async function storeReport(
  db: Database,
  run: { readonly text: string; readonly startedAt: number },
): Promise<void> {
  const { text, startedAt } = run;
  await db
    .insertInto('run')
    .values({
      run_id: 'old',
      tenant: 'acme',
      kind: 'sync',
      started_at: startedAt,
      finished_at: startedAt + 1,
      outcome: 'partial',
      report: text,
    })
    .execute();
}
