import type { TenantConfig } from '../../config/types.ts';
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
export async function executeSync(
  { listenersOf, addRun }: ServiceTools,
  context: AppContext,
  options: RunOf,
): Promise<TenantRun> {
  const { tenant, signal } = options;
  const listeners = listenersOf(tenant.tenant);
  const ended = await tryRun(context, tenant, {
    kind: 'sync',
    signal,
    run: () => runSync(context, { ...options, reach: 'new', push: 'send', listeners }),
  });
  addRun(context, ended);
  return ended;
}

/** A slice of the tenant's history. Never throws. */
export async function executeSlice(
  { listenersOf, addRun }: ServiceTools,
  context: AppContext,
  options: RunOf,
): Promise<TenantRun> {
  const { tenant, signal } = options;
  const listeners = listenersOf(tenant.tenant);
  const ended = await tryRun(context, tenant, {
    kind: 'backfill',
    signal,
    run: () => runHistory(context, { ...options, push: 'send', listeners }),
  });
  addRun(context, ended);
  return ended;
}
