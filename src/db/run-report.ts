import { z } from 'zod';

const count = z.number();

/** Earlier versions stored no code: there, this entry records a requested stop. */
const STOP_WITHOUT_CODE = { stage: 'run', message: 'asked to stop' };

const runError = z
  .object({
    /** where in the run it happened */
    stage: z.enum(['salesforce', 'google-drive', 'crm', 'gong', 'run']),
    message: z.string(),
    hint: z.string(),
    /** what the program acts on; commands do not print it */
    code: z.literal('stop-requested').optional().catch(undefined),
  })
  .transform(({ stage, message, hint, code }) => {
    const isStop = stage === STOP_WITHOUT_CODE.stage && message === STOP_WITHOUT_CODE.message;
    const known = code ?? (isStop ? 'stop-requested' : undefined);
    return { stage, message, hint, ...(known && { code: known }) };
  })
  .readonly();

const gongWait = z
  .object({
    reason: z.enum(['paused', 'throttled']),
    /** the Retry-After of a response in this run that was longer than is believed; milliseconds */
    cappedRetryAfterMs: z.number().optional(),
  })
  .readonly();

const runReport = z
  .object({
    /** absent: the run did not begin, or an earlier version wrote the report */
    runId: z.string().optional(),
    tenant: z.string(),
    kind: z.enum(['sync', 'backfill']),
    /**
     * - `ok`: success, even if events wait for Gong's limits
     * - `partial`: completed, but something needs attention
     * - `failed`: no source could be read, or Gong refused all requests; not if all that went wrong
     *   is a requested stop
     * - `busy`: another run has the tenant's lease
     */
    outcome: z.enum(['ok', 'partial', 'failed', 'busy']),
    startedAt: z.string(),
    finishedAt: z.string(),
    /** shares new to the database in this run */
    found: z.object({ salesforce: count, 'google-drive': count }).readonly(),
    /** events that became pending in this run */
    queued: count,
    /** shares that began to wait for their Salesforce record in this run */
    held: count,
    /** events skipped in this run, by reason */
    skipped: z.record(z.string(), count).readonly(),
    delivered: count,
    duplicates: count,
    rejected: count,
    /** events still waiting when the run ended */
    pending: count,
    /** calls as the vendor bills them */
    calls: z.object({ salesforce: count, google: count, gong: count }).readonly(),
    errors: z.array(runError).readonly(),
    /** What the run could not read, although nothing failed. `--json` does not print it. */
    notes: z.array(z.string()).readonly().optional().catch(undefined),
    /**
     * Present if pushing ended because Gong throttles: it is not an error, but not success either.
     * Commands do not print it. The watch for successful runs finds it by its key (see overdue.ts).
     */
    gongWait: gongWait.optional().catch(undefined),
  })
  .readonly();

/** What a run did: its counts and errors. Stored as JSON with the run. */
export type RunReport = z.output<typeof runReport>;
export type RunError = RunReport['errors'][number];
export type RunKind = RunReport['kind'];
export type Outcome = RunReport['outcome'];
export type Stage = RunError['stage'];
export type Vendor = keyof RunReport['calls'];

/** Reads a stored report, those of earlier versions included; undefined if it is unreadable. */
export function parseReport(text: string): RunReport | undefined {
  return runReport.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
