import type { Config, TenantConfig } from '../../config/types.ts';
import type { AppContext } from '../../runs/app-context.ts';
import type { RunListener } from '../../runs/run-events.ts';
import type { TenantRun } from '../../runs/tenant-run.ts';
import type { Alerts } from '../../service/alerts.ts';

/** What a service does besides its page: it starts runs, or executes them, or both. */
export interface Runner {
  /** those in effect, including those without a schedule */
  readonly tenants: readonly TenantConfig[];
  /** the configuration in effect */
  readonly config: Config;
  /** whether a run is in progress in this process */
  readonly isRunning: boolean;
  begin(): void;
  /** Applies a configuration. Running runs keep their old one. */
  configure(config: Config, tenants: readonly TenantConfig[]): void;
  /** Called at least once per minute. */
  tick(): void;
  /** Call it after the stop. Waits for running runs. `broken`: a run's end was not recorded. */
  drained(): Promise<'clean' | 'broken'>;
}

/** What a runner gets from the service. */
export interface ServiceTools {
  readonly context: AppContext;
  readonly tenants: readonly TenantConfig[];
  readonly alerts: Alerts;
  readonly signal: AbortSignal;
  readonly listenersOf: (tenant: string) => readonly RunListener[];
  /** Counts a run that this process executed, and queues an alert if it needs attention. */
  readonly addRun: (context: AppContext, run: TenantRun) => void;
}
