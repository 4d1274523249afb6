import { UserError } from '../lib/errors.ts';
import { nearest } from '../lib/nearest-word.ts';
import type { Config, TenantConfig } from './types.ts';

/**
 * The tenants with these names, each once, in the order of the configuration; all tenants if
 * `names` is empty. Throws UserError for an unknown name.
 */
export function selectTenants(config: Config, names: readonly string[]): readonly TenantConfig[] {
  if (names.length === 0) return config.tenants;
  const known = config.tenants.map(({ tenant }) => tenant);
  for (const name of names) if (!known.includes(name)) throw unknownTenant(name, known);
  return config.tenants.filter(({ tenant }) => names.includes(tenant));
}

function unknownTenant(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const hint =
    near === undefined ? `The tenants are ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new UserError(`there is no tenant ${name}`, { hint });
}
