import { dryRun } from '../../runs/dry-run.ts';
import { followProgress } from '../../runs/progress.ts';
import { runSync } from '../../runs/sync.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { runTenants } from '../../service/run-tenants.ts';
import type { ExitCode, Handler } from '../command.ts';
import { tellDryRuns } from '../dry-runs-page.ts';
import { tellRuns } from '../runs-page.ts';
import { startRunsProgress } from '../runs-progress.ts';
import { type Session, withSession } from '../session.ts';

export const sync: Handler = (input) => {
  const access = input.options['dryRun'] === true ? 'read' : 'write';
  return withSession(input, { access }, (session) =>
    access === 'read' ? showDryRuns(session) : syncAll(session),
  );
};

async function syncAll(session: Session): Promise<ExitCode> {
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
  return tellRuns(session, runs);
}

function showDryRuns(session: Session): Promise<ExitCode> {
  const { context, input } = session;
  const { signal } = input;
  const reach = reachOf(session);
  return tellDryRuns(session, (tenant, show) => dryRun(context, { tenant, reach, signal, show }));
}

function reachOf({ input }: Session): 'new' | 'all' {
  return input.options['full'] === true ? 'all' : 'new';
}
