import type { z } from 'zod';
import type { Secret } from '../lib/secret.ts';
import type { Problem } from './config-error.ts';
import type { serviceSchema } from './service-schema.ts';
import type { tenantSchema } from './tenant-schema.ts';

/** The types of the schemas' output, readonly at every depth. */
type Immutable<Value> = Value extends Secret
  ? Value
  : { readonly [Key in keyof Value]: Immutable<Value[Key]> };

/** One tenant's file, validated, with defaults filled in and references resolved. */
export type TenantConfig = Immutable<z.output<typeof tenantSchema>>;
export type SalesforceConfig = TenantConfig['salesforce'];
export type GoogleDriveConfig = NonNullable<TenantConfig['googleDrive']>;
export type GongConfig = TenantConfig['gong'];
export type GongAuth = GongConfig['auth'];

/** sharetrail.yaml: settings for all tenants of this installation. */
export type ServiceConfig = Immutable<z.output<typeof serviceSchema>>;

export type LogLevel = ServiceConfig['log']['level'];

export interface Config {
  /** absolute path of the configuration folder */
  readonly dir: string;
  readonly service: ServiceConfig;
  /** in the order of their names */
  readonly tenants: readonly TenantConfig[];
  /** paths of files with secrets that other users can read; absent: not checked */
  readonly exposedFiles?: readonly string[];
  /** the requested tenants that cannot run; absent if every file must be valid */
  readonly faulty?: readonly FaultyTenant[];
}

/** A tenant whose file or secrets have problems. */
export interface FaultyTenant {
  /** the file's name without its ending */
  readonly tenant: string;
  readonly problems: readonly Problem[];
}
