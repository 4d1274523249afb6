import { stringify } from 'yaml';
import { maskDatabase } from './database-url.ts';
import type { Config } from './types.ts';

/** What `config show` prints: plain data in the order and shape of the files. */
export interface EffectiveConfig {
  readonly dir: string;
  readonly service: object;
  readonly tenants: readonly object[];
}

/** The configuration in effect, with defaults filled in and secrets as `•••`. */
export function effectiveConfig({ dir, service, tenants }: Config): EffectiveConfig {
  const shown: EffectiveConfig = {
    dir,
    service: { ...service, database: maskDatabase(service.database) },
    tenants: tenants.map((tenant) => ({
      ...tenant,
      ...(tenant.start !== undefined && { start: new Date(tenant.start).toISOString() }),
    })),
  };
  // A Secret becomes `•••` in JSON.
  return JSON.parse(JSON.stringify(shown)) as EffectiveConfig;
}

/** The same as YAML: one document per file, with the file's name. */
export function renderConfigYaml(config: Config): string {
  const { service, tenants } = effectiveConfig(config);
  const documents = [
    { name: 'sharetrail.yaml', data: service },
    ...config.tenants.map(({ tenant }, index) => ({
      name: `tenants/${tenant}.yaml`,
      data: tenants[index],
    })),
  ];
  return documents
    .map(({ name, data }) => `# ${name}\n${stringify(data, { lineWidth: 0 })}`)
    .join('---\n');
}
