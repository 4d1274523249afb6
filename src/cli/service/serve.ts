import { once } from 'node:events';
import { loadProcessTenants } from '../../config/load-process-config.ts';
import { selectFaulty, selectTenants } from '../../config/select-tenants.ts';
import type { FaultyTenant } from '../../config/types.ts';
import type { AppContext } from '../../runs/app-context.ts';
import { logFailure } from '../../scheduler/due-run.ts';
import { createReload } from '../../scheduler/reload.ts';
import { everyMinute } from '../../scheduler/ticks.ts';
import { alertOnFaulty } from '../../service/alert-on-faulty.ts';
import { Alerts } from '../../service/alerts.ts';
import { watchDatabase } from '../../service/watch-database.ts';
import { type CommandInput, EXIT, type ExitCode } from '../command.ts';
import { tenantNames, textOption } from '../command-line/input-options.ts';
import type { CommandSession } from '../command-session.ts';
import { createOperatorPage, type OperatorPage } from './operator-page.ts';
import type { Runner, ServiceTools } from './runner.ts';

/**
 * Runs a service until it is asked to stop: its runner, the operator page, and alerts. Each of many
 * workers would post the same alert about a faulty tenant, so only `start` does.
 */
export async function serve(
  { context, tenants, faulty, input }: CommandSession,
  createRunner: (tools: ServiceTools) => Promise<Runner>,
  { faultyTenants }: { readonly faultyTenants: 'alert' | 'log' },
): Promise<ExitCode> {
  const broken = new AbortController();
  const signal = AbortSignal.any([input.signal, broken.signal]);
  const alerts = new Alerts(context, signal);
  const page = await createOperatorPage(context, faulty);
  const runner = await createRunner({
    context,
    tenants,
    alerts,
    signal,
    listenersOf: (tenant) => page.listenersOf(tenant),
    addRun: (current, { report }) => {
      alerts.addRun(current, report);
      page.addRun(report);
    },
  });
  const claims: Promise<void>[] = [];
  const onFaulty = (current: AppContext, faultyTenant: FaultyTenant) => {
    if (faultyTenants === 'log') return;
    const { tenant } = faultyTenant;
    const failed = (error: unknown) => logFailure(current, { tenant, error });
    claims.push(alertOnFaulty(current, alerts, faultyTenant).catch(failed));
  };
  for (const tenant of faulty) onFaulty(context, tenant);
  await openPage(page, { runner, broken });
  const load = () => reloadConfig(input);
  const reload = createReload({ context, scheduler: runner, onFaulty, load });
  const onHangUp = () => void reload();
  process.on('SIGHUP', onHangUp);
  runner.begin();
  const tick = () => {
    page.ticked();
    runner.tick();
  };
  const ticks = everyMinute(tick, context.log);
  const watching = watchDatabase(context, { signal, onReplaced: (error) => broken.abort(error) });
  try {
    if (!signal.aborted) await once(signal, 'abort');
    context.log.info('stopping: no new runs are started');
    const [drained] = await Promise.all([runner.drained(), page.stop()]);
    await Promise.all(claims);
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

/** A runner has opened its queue already: if the page cannot be served, it is closed again. */
async function openPage(
  page: OperatorPage,
  { runner, broken }: { readonly runner: Runner; readonly broken: AbortController },
): Promise<void> {
  try {
    await page.begin(runner);
  } catch (error) {
    broken.abort(error);
    await runner.drained();
    throw error;
  }
}

async function reloadConfig(input: CommandInput) {
  const config = await loadProcessTenants(textOption(input, 'config'), 'resolved');
  const names = tenantNames(input);
  const faulty = selectFaulty(config, names);
  return { config: { ...config, faulty }, tenants: selectTenants(config, names) };
}
