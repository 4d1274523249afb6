import type { Config } from '../../src/config/types.ts';

/** A configuration as if its folder were read. `service`: what differs from the defaults of tests. */
export function configOf(
  { folder, database }: { readonly folder: string; readonly database: string },
  tenants: Config['tenants'],
  service: Partial<Config['service']> = {},
): Config {
  return {
    dir: folder,
    service: {
      database,
      log: { level: 'silent' },
      tenantsAtOnce: 4,
      retentionDays: 180,
      ...service,
    },
    tenants,
  };
}
