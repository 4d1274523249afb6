import { ConfigError } from '../config/config-error.ts';
import { exposureWarnings } from '../config/exposure-warnings.ts';
import type { SecretResolution } from '../config/interpolate-document.ts';
import { loadProcessTenants } from '../config/load-process-config.ts';
import { selectFaulty, selectTenants } from '../config/select-tenants.ts';
import type { Config, FaultyTenant, TenantConfig } from '../config/types.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { type AppContext, openContext } from '../runs/app-context.ts';
import { type CommandInput, EXIT, type ExitCode, worstExit } from './command.ts';
import { logLevel, tenantNames, textOption } from './command-line/input-options.ts';
import { failureOf } from './failure.ts';
import { openLogger } from './logging/logger.ts';
import { writeError } from './terminal/write.ts';

/** What a command needs to work on tenants. */
export interface CommandSession {
  readonly input: CommandInput;
  readonly context: AppContext;
  /** the tenants named by `--tenant`, or all */
  readonly tenants: readonly TenantConfig[];
  /** the requested tenants whose file or secrets have problems; they are reported already */
  readonly faulty: readonly FaultyTenant[];
  readonly json: boolean;
}

/**
 * Loads the configuration, opens the log and the database, does the work, and closes them again.
 * Reports the tenants that cannot run; they do not stop the others. Throws ConfigError if none is
 * left, UserError for an unknown tenant, DatabaseError.
 */
export async function withCommandSession(
  input: CommandInput,
  options: {
    readonly access: 'write' | 'read';
    /** default: `resolved`; `deferred` for a command that only reads the database */
    readonly secrets?: SecretResolution;
    /** a service that was stopped ends well even if a tenant could not run */
    readonly isService?: true;
  },
  work: (session: CommandSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { secrets = 'resolved', access } = options;
  const { config, tenants, faulty, names, clock, log } = await loadSelection(input, secrets);
  for (const { tenant, problems } of faulty) {
    writeError(input.io, failureOf(new ConfigError(problems), tenant).text);
  }
  for (const warning of exposureWarnings(config)) log.warn(warning);
  const random = () => Math.random();
  const context = await openContext({
    config,
    clock,
    random,
    log,
    access,
    asTyped: input.io.asTyped,
    signal: input.signal,
  });
  try {
    const json = input.options['json'] === true;
    const code = await work({ input, context, tenants, faulty, json });
    if (code !== EXIT.couldNotRun) context.databaseFiles.requireUnchanged();
    return options.isService ? code : worstExit([code, ...faultyExits(faulty, names)]);
  } finally {
    await context.close();
  }
}

/** What a command is about, before it opens the database. */
export interface Selection {
  readonly config: Config;
  /** the tenants named by `--tenant`, or all */
  readonly tenants: readonly TenantConfig[];
  /** the requested tenants whose file or secrets have problems */
  readonly faulty: readonly FaultyTenant[];
  /** the values of `--tenant` */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Loads the configuration and opens the log. Throws ConfigError, UserError for an unknown tenant. */
export async function loadSelection(
  input: CommandInput,
  secrets: SecretResolution,
): Promise<Selection> {
  const names = tenantNames(input);
  const loaded = await loadProcessTenants(textOption(input, 'config'), secrets);
  const tenants = selectTenants(loaded, names);
  const faulty = selectFaulty(loaded, names);
  const config = { ...loaded, faulty };
  const clock = systemClock;
  const level = logLevel(input) ?? config.service.log.level;
  const log = await openLogger({ io: input.io, clock, level });
  return { config, tenants, faulty, names, clock, log };
}

/** A command that names a faulty tenant could not do what it was asked to. */
export function faultyExits(faulty: readonly FaultyTenant[], names: readonly string[]): ExitCode[] {
  return faulty.map(() => (names.length > 0 ? EXIT.couldNotRun : EXIT.needsAttention));
}
