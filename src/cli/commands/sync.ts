import { type DryRunReport, dryRun } from '../../app/dry-run.ts';
import type { Progress } from '../../app/run.ts';
import { type SyncedTenant, syncTenants } from '../../app/sync-tenants.ts';
import type { ContentShared } from '../../event/contract.ts';
import { growYoungGeneration } from '../../lib/heap.ts';
import { EXIT, type ExitCode, type Handler, worstExit } from '../command.ts';
import { failureOf } from '../failure.ts';
import { startProgress } from '../progress.ts';
import { writeJson, writeJsonLines, writeParagraph } from '../render.ts';
import { type Session, withSession } from '../session.ts';
import { bodyLine, dryRunLines, nextSteps, runLines } from '../summary.ts';

export const sync: Handler = (input) => {
  growYoungGeneration();
  const access = input.options['dryRun'] === true ? 'read' : 'write';
  return withSession(input, { access }, (session) =>
    access === 'read' ? showDryRuns(session) : syncAll(session),
  );
};

async function syncAll(session: Session): Promise<ExitCode> {
  const { context, tenants, input } = session;
  using progress = progressOf(session);
  const runs = await syncTenants(context, {
    tenants,
    reach: reachOf(session),
    push: input.options['push'] === false ? 'hold' : 'send',
    signal: input.signal,
    onProgress: progress.update,
  });
  progress.end();
  logErrors(session, runs);
  await writeRuns(session, runs);
  for (const { tenant, broken } of runs) {
    if (broken === undefined) continue;
    input.io.err(failureOf(broken).text.replace(/^sharetrail: /, `sharetrail: ${tenant}: `));
  }
  return worstExit(runs.map(exitOf));
}

async function writeRuns(session: Session, runs: readonly SyncedTenant[]): Promise<void> {
  const { io } = session.input;
  const reports = runs.map(({ report }) => report);
  if (session.json) return writeJson(io, { runs: reports });
  for (const { report, broken } of runs) {
    // What ended by force is told by itself, with its reason, on standard error.
    if (broken !== undefined) continue;
    for (const line of runLines(report)) await writeParagraph(io, line);
  }
  if (!io.outIsTerminal) return;
  for (const line of nextSteps(reports)) await writeParagraph(io, line);
}

/** Where nobody sees the summary beside the log, the log has to tell what went wrong. */
function logErrors({ context, input }: Session, runs: readonly SyncedTenant[]): void {
  if (input.io.outIsTerminal && input.io.errIsTerminal) return;
  for (const { report } of runs) {
    const { tenant, outcome, errors } = report;
    for (const { stage, message, hint } of errors)
      context.log.error(message, { tenant, stage, hint });
    const { found, queued, held, delivered, duplicates, rejected, pending } = report;
    const counts = { found, queued, held, delivered, duplicates, rejected, pending };
    context.log.info('run ended', { tenant, outcome, ...counts });
  }
}

function exitOf({ report, broken }: SyncedTenant): ExitCode {
  if (broken !== undefined) return failureOf(broken).exitCode;
  if (report.outcome === 'busy') return EXIT.held;
  return report.outcome === 'ok' ? EXIT.done : EXIT.needsPerson;
}

/** One line for all tenants: what was sent of what is queued, or what was found without pushing. */
function progressOf({ context, input }: Session) {
  const { io } = input;
  const pushes = input.options['push'] !== false;
  const label = pushes ? 'events sent' : 'shares found';
  const progress = startProgress({ io, clock: context.clock, label });
  const byTenant = new Map<string, Progress>();
  const sum = (key: keyof Progress) =>
    byTenant.values().reduce((total, tenant) => total + tenant[key], 0);
  const update = (tenant: string, state: Progress) => {
    byTenant.set(tenant, state);
    const settled = sum('settled');
    progress.update(
      pushes ? { done: settled, total: Math.max(settled, sum('queued')) } : { done: sum('found') },
    );
  };
  return { update, end: () => progress.end(), [Symbol.dispose]: () => progress.end() };
}

/** Bodies as they become known, on standard output; what it cost and would cost, on the other. */
async function showDryRuns(session: Session): Promise<ExitCode> {
  const { context, tenants, input } = session;
  const reports: DryRunReport[] = [];
  for (const tenant of tenants) {
    const report = await dryRun(context, {
      tenant,
      reach: reachOf(session),
      signal: input.signal,
      show: (body) => showBody(session, body, tenant.timezone),
    });
    for (const line of dryRunLines(report, tenant.gong)) input.io.err(`${line}\n`);
    reports.push(report);
  }
  return worstExit(reports.map(({ errors }) => (errors.length > 0 ? EXIT.needsPerson : EXIT.done)));
}

/** A line for a person; the body itself, as Gong would get it, for a program. */
async function showBody(
  { input, json }: Session,
  body: ContentShared,
  timezone: string,
): Promise<void> {
  if (json) return writeJsonLines(input.io, [body]);
  await writeParagraph(input.io, bodyLine(body, timezone));
}

function reachOf({ input }: Session): 'new' | 'all' {
  return input.options['full'] === true ? 'all' : 'new';
}
