import { stringify } from 'yaml';
import { Secret } from '../lib/secret.ts';
import { maskDatabase } from './database-url.ts';
import type { Config, ServiceConfig, TenantConfig } from './types.ts';

type PlainValue = string | number | boolean | PlainValue[] | { [key: string]: PlainValue };

/** What `config show` prints: plain data in the order and shape of the files. */
export interface EffectiveConfig {
  readonly dir: string;
  readonly service: PlainValue;
  readonly tenants: readonly PlainValue[];
}

/** The configuration as it counts, with defaults filled in and secrets as `•••`. */
export function effectiveConfig(config: Config): EffectiveConfig {
  return {
    dir: config.dir,
    service: plainService(config.service),
    tenants: config.tenants.map(plainTenant),
  };
}

/** The same as YAML: a document for each file, under the file's name. */
export function renderConfigYaml(config: Config): string {
  const files = [
    { name: 'sharetrail.yaml', value: plainService(config.service) },
    ...config.tenants.map((tenant) => ({
      name: `tenants/${tenant.tenant}.yaml`,
      value: plainTenant(tenant),
    })),
  ];
  return files.map(({ name, value }) => `# ${name}\n${renderYaml(value)}`).join('---\n');
}

function renderYaml(value: PlainValue): string {
  return stringify(value, { lineWidth: 0 });
}

function plainService(service: ServiceConfig): PlainValue {
  return plain({ ...service, database: maskDatabase(service.database) });
}

function plainTenant(tenant: TenantConfig): PlainValue {
  const { start } = tenant;
  return plain(start === undefined ? tenant : { ...tenant, start: new Date(start).toISOString() });
}

function plain(value: unknown): PlainValue {
  if (value instanceof Secret) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).filter(([, child]) => child !== undefined);
    return Object.fromEntries(kept.map(([key, child]) => [key, plain(child)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new TypeError(`a configuration holds no ${typeof value}`);
}
