import { ConfigError, formatProblem } from '../config/config-error.ts';
import type { Config, TenantConfig } from '../config/types.ts';
import { unsupportedKeys } from '../config/unsupported-keys.ts';
import type { AppContext } from '../runs/context.ts';
import { logFailure } from './due-run.ts';
import type { Scheduler } from './scheduler.ts';

export interface ReloadOptions {
  readonly context: AppContext;
  readonly scheduler: Pick<Scheduler, 'configure'>;
  /** Reads the configuration again. Throws UserError. */
  readonly load: () => Promise<{
    readonly config: Config;
    readonly tenants: readonly TenantConfig[];
  }>;
}

/**
 * Handles SIGHUP: reads the configuration again and applies it. If it is invalid, logs every
 * problem and changes nothing. Concurrent reloads run one after the other.
 */
export function createReload(options: ReloadOptions): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => reload(options));
    return last;
  };
}

async function reload({ context, scheduler, load }: ReloadOptions): Promise<void> {
  const { log } = context;
  try {
    const { config, tenants } = await load();
    log.info('configuration reloaded');
    for (const sentence of [
      ...unsupportedKeys(config),
      ...restartWarnings(context.config, config),
    ]) {
      log.warn(sentence);
    }
    const { database, log: level } = context.config.service;
    const service = { ...config.service, database, log: level };
    scheduler.configure({ ...config, service }, tenants);
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const problem of error.problems) log.error(formatProblem(problem));
    } else {
      logFailure(context, { error });
    }
    log.error('the new configuration is invalid; the previous one stays in effect');
  }
}

/** Warns about changed settings that are only read at the start. */
function restartWarnings(running: Config, loaded: Config): string[] {
  const settings = [
    ['database', running.service.database !== loaded.service.database],
    ['log.level', running.service.log.level !== loaded.service.log.level],
  ] as const;
  return settings
    .filter(([, changed]) => changed)
    .map(([key]) => `${key} was changed; the previous value stays in effect until a restart`);
}
