import { ConfigError, formatProblem } from '../config/config-error.ts';
import { exposureWarnings } from '../config/exposure-warnings.ts';
import type { Config, FaultyTenant, TenantConfig } from '../config/types.ts';
import type { Logger } from '../lib/log.ts';
import type { AppContext } from '../runs/app-context.ts';
import { logFailure } from './due-run.ts';
import type { Scheduler } from './scheduler.ts';

export interface ReloadOptions {
  readonly context: AppContext;
  readonly scheduler: Pick<Scheduler, 'configure' | 'tenants'>;
  /** called for each tenant whose new configuration has problems */
  readonly onFaulty: (context: AppContext, faulty: FaultyTenant) => void;
  /** Reads the configuration again. Throws UserError. */
  readonly load: () => Promise<{
    readonly config: Config;
    readonly tenants: readonly TenantConfig[];
  }>;
}

/**
 * Handles SIGHUP: reads the configuration again and applies it. A tenant with problems keeps its
 * previous configuration. If no tenant is valid or the problem is not a tenant's, logs every
 * problem and changes nothing. Concurrent reloads run one after the other.
 */
export function createReload(options: ReloadOptions): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => reload(options));
    return last;
  };
}

async function reload({ context, scheduler, onFaulty, load }: ReloadOptions): Promise<void> {
  const { log } = context;
  try {
    const { config, tenants } = await load();
    log.info('configuration reloaded');
    for (const sentence of [
      ...exposureWarnings(config),
      ...restartWarnings(context.config, config),
    ]) {
      log.warn(sentence);
    }
    const { database, log: level } = context.config.service;
    const service = { ...config.service, database, log: level };
    const current = { ...config, service };
    const { faulty = [] } = config;
    for (const tenant of faulty) logFaulty(log, tenant);
    for (const tenant of faulty) onFaulty({ ...context, config: current }, tenant);
    const kept = scheduler.tenants.filter((running) => isAmong(faulty, running));
    for (const { tenant } of kept) {
      log.warn('its new configuration is invalid; the previous one stays in effect', { tenant });
    }
    scheduler.configure(current, [...tenants, ...kept]);
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const problem of error.problems) log.error(formatProblem(problem));
    } else {
      logFailure(context, { error });
    }
    log.error('the new configuration is invalid; the previous one stays in effect');
  }
}

function isAmong(faulty: readonly FaultyTenant[], { tenant }: TenantConfig): boolean {
  return faulty.some((other) => other.tenant === tenant);
}

function logFaulty(log: Logger, { tenant, problems }: FaultyTenant): void {
  for (const problem of problems) log.error(formatProblem(problem), { tenant });
}

/** Warns about changed settings that are only read at the start. */
function restartWarnings(running: Config, loaded: Config): string[] {
  const settings = [
    ['database', running.service.database !== loaded.service.database],
    ['http', addressOf(running) !== addressOf(loaded)],
    ['log.level', running.service.log.level !== loaded.service.log.level],
  ] as const;
  return settings
    .filter(([, changed]) => changed)
    .map(([key]) => `${key} was changed; the previous value stays in effect until a restart`);
}

function addressOf({ service: { http } }: Config): string {
  return JSON.stringify([http?.host, http?.port, http?.token?.reveal()]);
}
