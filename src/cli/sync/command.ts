import { dryRun } from '../../runs/dry-run.ts';
import { followProgress } from '../../runs/progress.ts';
import { runSync } from '../../runs/sync.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { runTenants } from '../../service/run-tenants.ts';
import type { ExitCode, Handler } from '../command.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { printDryRuns } from '../runs/print-dry-runs.ts';
import { printRuns } from '../runs/print-runs.ts';
import { startRunsProgress } from '../runs/runs-progress.ts';

export const sync: Handler = (input) => {
  const access = input.options['dryRun'] === true ? 'read' : 'write';
  return withCommandSession(input, { access }, (session) =>
    access === 'read' ? dryRunAll(session) : syncAll(session),
  );
};

async function syncAll(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input } = session;
  const { signal } = input;
  const push = input.options['push'] === false ? 'queue-only' : 'send';
  const reach = reachOf(session);
  using progress = startRunsProgress(session, { push });
  const runs = await runTenants(context, tenants, {
    kind: 'sync',
    signal,
    run: (tenant) => {
      const listeners = [followProgress(progress.of(tenant.tenant))];
      const backfillUntil = nextDueOf(tenant, context.clock.now());
      return runSync(context, { tenant, reach, push, backfillUntil, signal, listeners });
    },
  });
  progress.end();
  return printRuns(session, runs);
}

function dryRunAll(session: CommandSession): Promise<ExitCode> {
  const { context, input } = session;
  const { signal } = input;
  const reach = reachOf(session);
  return printDryRuns(session, (options) => dryRun(context, { ...options, reach, signal }));
}

function reachOf({ input }: CommandSession): 'new' | 'all' {
  return input.options['full'] === true ? 'all' : 'new';
}
