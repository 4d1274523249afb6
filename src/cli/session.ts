import { loadProcessConfig } from '../config/load-process-config.ts';
import { selectTenants } from '../config/select-tenants.ts';
import type { TenantConfig } from '../config/types.ts';
import { unsupportedKeys } from '../config/unsupported-keys.ts';
import { systemClock } from '../lib/clock.ts';
import { type AppContext, openContext } from '../runs/context.ts';
import type { CommandInput, ExitCode } from './command.ts';
import { openLogger } from './logger.ts';
import { tenantNames, textOption } from './options.ts';

/** What a command that works on tenants has at hand. */
export interface Session {
  readonly input: CommandInput;
  readonly context: AppContext;
  /** those that were named; all where none was */
  readonly tenants: readonly TenantConfig[];
  readonly json: boolean;
}

/**
 * Loads the configuration, opens the log and the database, does the work and closes them again.
 * Throws ConfigError, UserError for an unknown tenant, DatabaseError.
 */
export async function withSession(
  input: CommandInput,
  options: { readonly access: 'write' | 'read' },
  work: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await loadProcessConfig(textOption(input, 'config'));
  const tenants = selectTenants(config, tenantNames(input));
  const clock = systemClock;
  const log = await openLogger({ io: input.io, clock, level: config.service.log.level });
  if (options.access === 'write') for (const gap of unsupportedKeys(config)) log.warn(gap);
  const random = () => Math.random();
  const context = await openContext({ config, clock, random, log, access: options.access });
  try {
    return await work({ input, context, tenants, json: input.options['json'] === true });
  } finally {
    await context.close();
  }
}
