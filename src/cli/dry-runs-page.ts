import type { TenantConfig } from '../config/types.ts';
import type { ContentShared } from '../event/contract.ts';
import type { DryRunReport } from '../runs/dry-run.ts';
import { EXIT, type ExitCode, worstExit } from './command.ts';
import { writeJsonLines, writeParagraph } from './render.ts';
import type { Session } from './session.ts';
import { bodyLine, dryRunLines } from './summary.ts';

/** Bodies as they become known, on standard output; what it cost and would cost, on the other. */
export async function tellDryRuns(
  session: Session,
  run: (
    tenant: TenantConfig,
    show: (body: ContentShared) => Promise<void>,
  ) => Promise<DryRunReport>,
): Promise<ExitCode> {
  const reports: DryRunReport[] = [];
  for (const tenant of session.tenants) {
    const report = await run(tenant, (body) => showBody(session, body, tenant.timezone));
    for (const line of dryRunLines(report, tenant.gong)) session.input.io.err(`${line}\n`);
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
