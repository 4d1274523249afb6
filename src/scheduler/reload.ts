import { ConfigError, formatProblem } from '../config/config-error.ts';
import type { Config, TenantConfig } from '../config/types.ts';
import { unsupportedKeys } from '../config/unsupported-keys.ts';
import type { AppContext } from '../runs/context.ts';
import { logFailure } from './due-run.ts';
import type { Scheduler } from './scheduler.ts';

export interface ReloadOptions {
  readonly context: AppContext;
  readonly scheduler: Pick<Scheduler, 'configure'>;
  /** Reads the configuration anew. Throws UserError. */
  readonly load: () => Promise<{
    readonly config: Config;
    readonly tenants: readonly TenantConfig[];
  }>;
}

/**
 * What SIGHUP asks for: the configuration is read anew and taken over. One that cannot be used
 * changes nothing, and every problem of it is logged. Two that come together are read in turn.
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
    log.info('the configuration was read anew');
    for (const sentence of [...unsupportedKeys(config), ...keptAsItIs(context.config, config)]) {
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
    log.error('the configuration cannot be used; the one before stays in effect');
  }
}

/** What was opened at the start and stays open. */
function keptAsItIs(running: Config, read: Config): string[] {
  const settings = [
    ['database', running.service.database !== read.service.database],
    ['log.level', running.service.log.level !== read.service.log.level],
  ] as const;
  return settings
    .filter(([, changed]) => changed)
    .map(([key]) => `${key} was changed; the one before stays in effect until the next start`);
}
