import type { TenantConfig } from '../../config/types.ts';
import type { DryRunOptions, DryRunPlan, DryRunReport } from '../../runs/dry-run.ts';
import { followProgress } from '../../runs/progress.ts';
import { EXIT, type ExitCode, worstExit } from '../command.ts';
import type { CommandSession } from '../command-session.ts';
import type { Io } from '../terminal/io.ts';
import {
  writeError,
  writeHeading,
  writeJsonLines,
  writeParagraph,
  writePlanLine,
} from '../terminal/write.ts';
import { dryRunCalls, dryRunErrors, dryRunResult } from './dry-run-summary.ts';
import { noteLines } from './run-summary.ts';
import { startRunsProgress } from './runs-progress.ts';
import { SortedPlan } from './sorted-plan.ts';

/** One tenant's dry run. */
export type DryRunWork = (
  options: Pick<DryRunOptions, 'tenant' | 'plan' | 'listeners'>,
) => Promise<DryRunReport>;

/**
 * Prints what would happen to each share; on standard error, the calls made and those of a real run.
 * With --json, each body is printed as it is built, and the result goes to standard error too.
 */
export async function printDryRuns(session: CommandSession, run: DryRunWork): Promise<ExitCode> {
  const { tenants, input, json } = session;
  const { io } = input;
  const results: string[] = [];
  const codes: ExitCode[] = [];
  for (const tenant of tenants) {
    if (!json) {
      await writeHeading(io, `${tenant.tenant} (times in ${tenant.timezone})`);
    }
    const report = await runOne(session, tenant, run);
    const result = dryRunResult(report);
    const lines = [dryRunCalls(report, tenant.gong), ...dryRunErrors(report), ...noteLines(report)];
    writeError(io, (json ? [result, ...lines] : lines).join('\n'));
    results.push(result);
    codes.push(report.errors.length > 0 ? EXIT.needsAttention : EXIT.success);
  }
  if (!json) for (const result of results) await writeParagraph(io, result);
  return worstExit(codes);
}

async function runOne(
  session: CommandSession,
  tenant: TenantConfig,
  run: DryRunWork,
): Promise<DryRunReport> {
  const { input, json } = session;
  using progress = startRunsProgress(session, { push: 'dry' });
  const listeners = [followProgress(progress.of(tenant.tenant))];
  if (json) return run({ tenant, plan: bodiesTo(input.io), listeners });
  const plan = new SortedPlan(tenant.timezone, (line) => writePlanLine(input.io, line));
  try {
    return await run({ tenant, plan, listeners });
  } finally {
    // Also what was found before a failure or a stop.
    progress.end();
    await plan.end();
  }
}

/** The bodies exactly as Gong would get them. */
function bodiesTo(io: Io): DryRunPlan {
  return {
    add: async ({ state, body }) => {
      if (state === 'pending' && body) await writeJsonLines(io, [body]);
    },
    drop: () => {},
  };
}
