import { loadProcessConfig } from '../config/load-process-config.ts';
import { selectTenants } from '../config/select-tenants.ts';
import type { TenantConfig } from '../config/types.ts';
import { unsupportedKeys } from '../config/unsupported-keys.ts';
import { systemClock } from '../lib/clock.ts';
import { type AppContext, openContext } from '../runs/context.ts';
import type { CommandInput, ExitCode } from './command.ts';
import { logLevel, tenantNames, textOption } from './command-line/input-options.ts';
import { openLogger } from './logging/logger.ts';

/** What a command needs to work on tenants. */
export interface CommandSession {
  readonly input: CommandInput;
  readonly context: AppContext;
  /** the tenants named by `--tenant`, or all */
  readonly tenants: readonly TenantConfig[];
  readonly json: boolean;
}

/**
 * Loads the configuration, opens the log and the database, does the work, and closes them again.
 * Throws ConfigError, UserError for an unknown tenant, DatabaseError.
 */
export async function withCommandSession(
  input: CommandInput,
  options: { readonly access: 'write' | 'read' },
  work: (session: CommandSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await loadProcessConfig(textOption(input, 'config'));
  const tenants = selectTenants(config, tenantNames(input));
  const clock = systemClock;
  const level = logLevel(input) ?? config.service.log.level;
  const log = await openLogger({ io: input.io, clock, level });
  if (options.access === 'write') for (const gap of unsupportedKeys(config)) log.warn(gap);
  const random = () => Math.random();
  const context = await openContext({ config, clock, random, log, access: options.access });
  try {
    return await work({ input, context, tenants, json: input.options['json'] === true });
  } finally {
    await context.close();
  }
}
