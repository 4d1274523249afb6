import { once } from 'node:events';
import { ConfigError } from '../../config/config-error.ts';
import { loadProcessTenants } from '../../config/load-process-config.ts';
import { selectFaulty, selectTenants } from '../../config/select-tenants.ts';
import type { FaultyTenant, TenantConfig } from '../../config/types.ts';
import { UserError } from '../../lib/errors.ts';
import type { AppContext } from '../../runs/app-context.ts';
import { runSync } from '../../runs/sync.ts';
import { tryRun } from '../../runs/tenant-run.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import { createReload } from '../../scheduler/reload.ts';
import { nextDueOf } from '../../scheduler/schedule-state.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { everyMinute } from '../../scheduler/ticks.ts';
import { housekeeping } from '../../service/after-runs.ts';
import { Alerts } from '../../service/alerts.ts';
import { watchDatabase } from '../../service/watch-database.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler } from '../command.ts';
import { tenantNames, textOption } from '../command-line/input-options.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { createOperatorPage } from './operator-page.ts';

/** A scheduled run reads what is new and sends it, without a progress line. */
const SCHEDULED = { reach: 'new', push: 'send' } as const;

export const start: Handler = (input) =>
  withCommandSession(input, { access: 'write', isService: true }, serve);

async function serve({ context, tenants, faulty, input }: CommandSession): Promise<ExitCode> {
  // The page alone is worth serving: it shows what runs on demand.
  if (context.config.service.http === undefined) requireSchedule(tenants, faulty);
  const broken = new AbortController();
  const signal = AbortSignal.any([input.signal, broken.signal]);
  const alerts = new Alerts(context, signal);
  const page = await createOperatorPage(context, { faulty, input });
  const scheduler = new Scheduler({
    context,
    tenants,
    run: async (current, { tenant }) => {
      const backfillUntil = nextDueOf(tenant, current.clock.now());
      const listeners = page.listenersOf(tenant.tenant);
      const options = { ...SCHEDULED, tenant, backfillUntil, signal, listeners };
      const run = () => runSync(current, options);
      const ended = await tryRun(current, tenant, { kind: 'sync', signal, run });
      alerts.addRun(current, ended.report);
      page.addRun(ended.report);
      return ended;
    },
    housekeeping: (current, kept) => housekeeping(current, kept, { alerts, nextDue, signal }),
    signal,
  });
  const onFaulty = (current: AppContext, tenant: FaultyTenant) => alerts.addFaulty(current, tenant);
  for (const tenant of faulty) onFaulty(context, tenant);
  await page.begin(scheduler);
  const reload = createReload({ context, scheduler, onFaulty, load: () => reloadConfig(input) });
  const onHangUp = () => void reload();
  process.on('SIGHUP', onHangUp);
  scheduler.begin();
  const tick = () => {
    page.ticked();
    scheduler.tick();
  };
  const ticks = everyMinute(tick, context.log);
  const watching = watchDatabase(context, { signal, onReplaced: (error) => broken.abort(error) });
  try {
    if (!signal.aborted) await once(signal, 'abort');
    context.log.info('stopping: no new runs are started');
    const [drained] = await Promise.all([scheduler.drained(), page.stop()]);
    await alerts.settled();
    await watching;
    broken.signal.throwIfAborted();
    return drained === 'clean' ? EXIT.success : EXIT.needsAttention;
  } finally {
    ticks.stop();
    await page.stop();
    process.off('SIGHUP', onHangUp);
  }
}

async function reloadConfig(input: CommandInput) {
  const config = await loadProcessTenants(textOption(input, 'config'), 'resolved');
  const names = tenantNames(input);
  const faulty = selectFaulty(config, names);
  return { config: { ...config, faulty }, tenants: selectTenants(config, names) };
}

/** Without this error, a scheduler with nothing to do would look like a working one. */
function requireSchedule(tenants: readonly TenantConfig[], faulty: readonly FaultyTenant[]): void {
  if (tenants.some(({ schedule }) => schedule !== undefined)) return;
  if (faulty.length > 0) throw new ConfigError(faulty.flatMap(({ problems }) => problems));
  throw new UserError('no tenant has a schedule: there is nothing to start', {
    hint:
      'Set schedule in a file of config/tenants, such as schedule: "0 2 * * *", or run the ' +
      'tenants on demand with `sharetrail sync`.',
  });
}
