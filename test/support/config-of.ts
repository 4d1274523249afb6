import type { Config, TenantConfig } from '../../src/config/types.ts';

/** The configuration of one tenant, as if its folder were read. */
export function configOf({
  folder,
  database,
  tenant,
}: {
  readonly folder: string;
  readonly database: string;
  readonly tenant: TenantConfig;
}): Config {
  return {
    dir: folder,
    service: {
      database,
      log: { level: 'silent' },
      tenantsAtOnce: 4,
      retentionDays: 180,
    },
    tenants: [tenant],
  };
}
