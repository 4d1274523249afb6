import type { TenantConfig } from '../../config/types.ts';
import type { RunKind } from '../../db/run-report.ts';
import type { AppContext } from '../../runs/app-context.ts';
import { runHistory } from '../../runs/history.ts';
import { runSync } from '../../runs/sync.ts';
import { type TenantRun, tryRun } from '../../runs/tenant-run.ts';
import type { ServiceTools } from './runner.ts';

/** Everything that a run of a service needs besides its tenant. */
interface RunOf {
  readonly tenant: TenantConfig;
  readonly signal: AbortSignal;
  /** epoch milliseconds; from then on, backfilled events are left to later runs */
  readonly backfillUntil: number;
}

/** A due run: reads what is new and sends it. Never throws. */
export function executeSync(
  tools: ServiceTools,
  context: AppContext,
  options: RunOf,
): Promise<TenantRun> {
  return execute(tools, context, {
    ...options,
    kind: 'sync',
    run: (listeners) => runSync(context, { ...options, reach: 'new', push: 'send', listeners }),
  });
}

/** A slice of the tenant's history. Never throws. */
export function executeSlice(
  tools: ServiceTools,
  context: AppContext,
  options: RunOf,
): Promise<TenantRun> {
  return execute(tools, context, {
    ...options,
    kind: 'backfill',
    run: (listeners) => runHistory(context, { ...options, push: 'send', listeners }),
  });
}

interface Execution extends RunOf {
  readonly kind: RunKind;
  run(listeners: ReturnType<ServiceTools['listenersOf']>): ReturnType<typeof runSync>;
}

async function execute(
  { listenersOf, addRun }: ServiceTools,
  context: AppContext,
  { tenant, signal, kind, run }: Execution,
): Promise<TenantRun> {
  const listeners = listenersOf(tenant.tenant);
  const ended = await tryRun(context, tenant, { kind, signal, run: () => run(listeners) });
  addRun(context, ended);
  return ended;
}
