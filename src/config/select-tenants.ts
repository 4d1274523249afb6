import { UserError } from '../lib/errors.ts';
import { nearest } from '../lib/nearest-word.ts';
import { ConfigError } from './config-error.ts';
import type { Config, FaultyTenant, TenantConfig } from './types.ts';

/**
 * The tenants with these names, each once, in the order of the configuration; all tenants if
 * `names` is empty. Throws UserError for an unknown name.
 */
export function selectTenants(config: Config, names: readonly string[]): readonly TenantConfig[] {
  if (names.length === 0) return config.tenants;
  const faulty = config.faulty ?? [];
  const known = [...config.tenants, ...faulty].map(({ tenant }) => tenant);
  for (const name of names) if (!known.includes(name)) throw unknownTenant(name, known);
  return config.tenants.filter(({ tenant }) => names.includes(tenant));
}

/** The same for the tenants that cannot run. Throws ConfigError if `names` are all faulty. */
export function selectFaulty(config: Config, names: readonly string[]): readonly FaultyTenant[] {
  const { faulty = [] } = config;
  if (names.length === 0) return faulty;
  const selected = faulty.filter(({ tenant }) => names.includes(tenant));
  if (names.every((name) => selected.some(({ tenant }) => tenant === name))) {
    throw new ConfigError(selected.flatMap(({ problems }) => problems));
  }
  return selected;
}

function unknownTenant(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const hint =
    near === undefined ? `The tenants are ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new UserError(`there is no tenant ${name}`, { hint });
}
