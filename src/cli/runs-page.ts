import { logRun } from '../runs/log-run.ts';
import { printedReport } from '../runs/report.ts';
import type { TenantRun } from '../runs/run-tenant.ts';
import { EXIT, type ExitCode, worstExit } from './command.ts';
import { failureOf } from './failure.ts';
import { writeJson, writeParagraph } from './render.ts';
import type { Session } from './session.ts';
import { nextSteps, runLines } from './summary.ts';

/** Tells how the tenants' runs ended, each where it belongs, and gives the exit code for all. */
export async function tellRuns(session: Session, runs: readonly TenantRun[]): Promise<ExitCode> {
  logRuns(session, runs);
  await writeRuns(session, runs);
  const { io } = session.input;
  for (const { tenant, broken } of runs) {
    if (broken === undefined) continue;
    io.err(failureOf(broken).text.replace(/^sharetrail: /, `sharetrail: ${tenant}: `));
  }
  return worstExit(runs.map(exitOf));
}

async function writeRuns(session: Session, runs: readonly TenantRun[]): Promise<void> {
  const { io } = session.input;
  const reports = runs.map(({ report }) => report);
  if (session.json) return writeJson(io, { runs: reports.map(printedReport) });
  for (const { report, broken } of runs) {
    // What ended by force is told by itself, with its reason, on standard error.
    if (broken !== undefined) continue;
    for (const line of runLines(report)) await writeParagraph(io, line);
  }
  if (!io.outIsTerminal) return;
  for (const line of nextSteps(reports)) await writeParagraph(io, line);
}

/** Where nobody sees the summary beside the log, the log has to tell what went wrong. */
function logRuns({ context, input }: Session, runs: readonly TenantRun[]): void {
  if (input.io.outIsTerminal && input.io.errIsTerminal) return;
  for (const { report } of runs) logRun(context.log, report);
}

function exitOf({ report, broken }: TenantRun): ExitCode {
  if (broken !== undefined) return failureOf(broken).exitCode;
  if (report.outcome === 'busy') return EXIT.held;
  return report.outcome === 'ok' ? EXIT.done : EXIT.needsPerson;
}
