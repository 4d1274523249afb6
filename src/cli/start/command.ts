import { ConfigError } from '../../config/config-error.ts';
import type { FaultyTenant, TenantConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import { isPostgresUrl } from '../../lib/postgres-url.ts';
import { whileVisible } from '../../queue/visible-lease.ts';
import type { ExitCode, Handler } from '../command.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import type { Runner, ServiceTools } from '../service/runner.ts';
import { createSchedulerRunner } from '../service/scheduler-runner.ts';
import { serve } from '../service/serve.ts';

export const start: Handler = (input) =>
  withCommandSession(input, { access: 'write', isService: true }, startScheduler);

async function startScheduler(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, faulty } = session;
  // The page alone is worth serving: it shows what runs on demand.
  if (context.config.service.http === undefined) requireSchedule(tenants, faulty);
  const run = () => serve(session, createRunner, { faultyTenants: 'alert' });
  // The runner of a shared queue reports itself.
  if (isPostgresUrl(context.config.service.database)) return run();
  return whileVisible(context, session.input.signal, run);
}

/** Loads the packages of the shared queue only if there is one. */
async function createRunner(tools: ServiceTools): Promise<Runner> {
  if (!isPostgresUrl(tools.context.config.service.database)) return createSchedulerRunner(tools);
  const { createQueueRunner } = await import('../service/queue-runner.ts');
  return createQueueRunner(tools, { as: 'start' });
}

/** Without this error, a scheduler with nothing to do would look like a working one. */
function requireSchedule(tenants: readonly TenantConfig[], faulty: readonly FaultyTenant[]): void {
  if (tenants.some(({ schedule }) => schedule !== undefined)) return;
  if (faulty.length > 0) throw new ConfigError(faulty.flatMap(({ problems }) => problems));
  throw new UserError('no tenant has a schedule: there is nothing to start', {
    hint:
      'Set schedule in the file of a tenant, such as schedule: "0 2 * * *", or run the ' +
      'tenants on demand with `sharetrail sync`.',
  });
}
