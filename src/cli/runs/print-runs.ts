import { namesText } from '../../lib/format.ts';
import { reportJson } from '../../operator/report-json.ts';
import { logRun } from '../../runs/log-run.ts';
import type { TenantRun } from '../../runs/tenant-run.ts';
import { EXIT, type ExitCode, worstExit } from '../command.ts';
import type { CommandSession } from '../command-session.ts';
import { failureOf } from '../failure.ts';
import { writeError, writeJson, writeParagraph } from '../terminal/write.ts';
import { gongWaitLines } from './gong-waits.ts';
import { groupErrors } from './grouped-errors.ts';
import { nextSteps, noteLines, runLine } from './run-summary.ts';

/** Prints the results of the runs, logs them, and returns one exit code for all. */
export async function printRuns(
  session: CommandSession,
  runs: readonly TenantRun[],
): Promise<ExitCode> {
  logRuns(session, runs);
  await writeRuns(session, runs);
  reportBroken(session, runs);
  return worstExit(runs.map(exitOf));
}

/** The same failure of several tenants, such as a stop or a full disk, is one message. */
function reportBroken({ input }: CommandSession, runs: readonly TenantRun[]): void {
  const broken = runs.filter((run) => run.broken !== undefined);
  const groups = Map.groupBy(broken, (run) => failureOf(run.broken).text);
  for (const [, [first, ...others]] of groups) {
    const names = namesText([first, ...others].flatMap((run) => (run ? [run.tenant] : [])));
    writeError(input.io, failureOf(first?.broken, names).text);
  }
}

async function writeRuns(session: CommandSession, runs: readonly TenantRun[]): Promise<void> {
  const { io } = session.input;
  const reports = runs.map(({ report }) => report);
  if (session.json)
    return writeJson(io, { runs: reports.map((report) => reportJson(report, io.asTyped)) });
  // Runs that broke off are reported on standard error, with the reason.
  const complete = runs.flatMap(({ report, broken }) => (broken === undefined ? [report] : []));
  const { own, shared } = groupErrors(complete);
  for (const report of complete) {
    const lines = [runLine(report), ...own(report), ...noteLines(report)];
    for (const line of lines) await writeParagraph(io, line);
  }
  for (const line of [...shared, ...gongWaitLines(complete)]) await writeParagraph(io, line);
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
