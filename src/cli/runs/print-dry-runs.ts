import type { TenantConfig } from '../../config/types.ts';
import type { ContentShared } from '../../event/contract.ts';
import type { DryRunReport } from '../../runs/dry-run.ts';
import { EXIT, type ExitCode, worstExit } from '../command.ts';
import type { CommandSession } from '../command-session.ts';
import { writeError, writeJsonLines, writeParagraph } from '../terminal/write.ts';
import { bodyLine, dryRunLines } from './run-summary.ts';

/** Prints each body as it is built; on standard error, the calls made and those of a real run. */
export async function printDryRuns(
  session: CommandSession,
  run: (
    tenant: TenantConfig,
    show: (body: ContentShared) => Promise<void>,
  ) => Promise<DryRunReport>,
): Promise<ExitCode> {
  const reports: DryRunReport[] = [];
  for (const tenant of session.tenants) {
    const report = await run(tenant, (body) => printBody(session, body, tenant.timezone));
    writeError(session.input.io, dryRunLines(report, tenant.gong).join('\n'));
    reports.push(report);
  }
  return worstExit(
    reports.map(({ errors }) => (errors.length > 0 ? EXIT.needsAttention : EXIT.success)),
  );
}

/** With --json, the body exactly as Gong would get it. */
async function printBody(
  { input, json }: CommandSession,
  body: ContentShared,
  timezone: string,
): Promise<void> {
  if (json) return writeJsonLines(input.io, [body]);
  await writeParagraph(input.io, bodyLine(body, timezone));
}
