import type { TenantConfig } from '../config/types.ts';
import { UserError } from '../lib/errors.ts';
import type { SourceName } from '../share/share.ts';

/** Whether the tenant's configuration has the source. */
export function readsSource(tenant: TenantConfig, source: SourceName): boolean {
  if (source === 'google-drive') return tenant.googleDrive !== undefined;
  return tenant.salesforce.contentDistributions;
}

/** In Drive, only the audit log knows when a file was shared. */
export function hasHistory({ googleDrive }: TenantConfig, source: SourceName): boolean {
  return source === 'salesforce' || googleDrive?.detect.includes('audit-log') === true;
}

/** The tenants that read the requested source. Throws UserError if none does. */
export function tenantsWithSource(
  tenants: readonly TenantConfig[],
  source: SourceName | undefined,
): readonly TenantConfig[] {
  if (source === undefined) return tenants;
  const reading = tenants.filter((tenant) => readsSource(tenant, source));
  const [first] = tenants;
  if (reading.length === 0 && first !== undefined) throw withoutSource(first, source);
  return reading;
}

function withoutSource({ tenant }: TenantConfig, source: SourceName): UserError {
  const why = {
    salesforce: 'Its tenant file sets salesforce.contentDistributions to false.',
    'google-drive': 'Its tenant file has no googleDrive.',
  };
  return new UserError(`${tenant} does not read ${source}`, {
    hint: `${why[source]} Select other tenants with --tenant, or omit --source.`,
  });
}
