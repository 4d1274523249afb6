import { logRun } from '../../runs/log-run.ts';
import type { TenantRun } from '../../runs/try-run.ts';
import { EXIT, type ExitCode, worstExit } from '../command.ts';
import type { CommandSession } from '../command-session.ts';
import { failureOf } from '../failure.ts';
import { writeError, writeJson, writeParagraph } from '../terminal/write.ts';
import { reportJson } from './report-json.ts';
import { nextSteps, runLines } from './run-summary.ts';

/** Prints the results of the runs, logs them, and returns one exit code for all. */
export async function printRuns(
  session: CommandSession,
  runs: readonly TenantRun[],
): Promise<ExitCode> {
  logRuns(session, runs);
  await writeRuns(session, runs);
  const { io } = session.input;
  for (const { tenant, broken } of runs) {
    if (broken === undefined) continue;
    writeError(io, failureOf(broken, tenant).text);
  }
  return worstExit(runs.map(exitOf));
}

async function writeRuns(session: CommandSession, runs: readonly TenantRun[]): Promise<void> {
  const { io } = session.input;
  const reports = runs.map(({ report }) => report);
  if (session.json)
    return writeJson(io, { runs: reports.map((report) => reportJson(report, io.asTyped)) });
  for (const { report, broken } of runs) {
    // Runs that broke off are reported on standard error, with the reason.
    if (broken !== undefined) continue;
    for (const line of runLines(report)) await writeParagraph(io, line);
  }
  if (!io.outIsTerminal) return;
  for (const line of nextSteps(reports)) await writeParagraph(io, line);
}

/** On a terminal, the printed summary shows the same. */
function logRuns({ context, input }: CommandSession, runs: readonly TenantRun[]): void {
  if (input.io.outIsTerminal && input.io.errIsTerminal) return;
  for (const { report } of runs) logRun(context.log, report);
}

function exitOf({ report, broken }: TenantRun): ExitCode {
  if (broken !== undefined) return failureOf(broken).exitCode;
  if (report.outcome === 'busy') return EXIT.busy;
  return report.outcome === 'ok' ? EXIT.success : EXIT.needsAttention;
}
