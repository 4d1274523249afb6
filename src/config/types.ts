import type { Secret } from '../lib/secret.ts';

/** One tenant's file, validated, with defaults filled in and references resolved. */
export interface TenantConfig {
  readonly tenant: string;
  /** IANA name */
  readonly timezone: string;
  /** five-field cron in `timezone`; absent: on demand only */
  readonly schedule?: string;
  /** epoch milliseconds; absent: the time of the first sync */
  readonly start?: number;
  /** lower case */
  readonly internalDomains: readonly string[];
  readonly salesforce: SalesforceConfig;
  readonly googleDrive?: GoogleDriveConfig;
  readonly crm: CrmConfig;
  readonly gong: GongConfig;
}

export interface SalesforceConfig {
  readonly loginUrl: string;
  readonly apiVersion: string;
  readonly auth: SalesforceAuth;
  readonly contentDistributions: boolean;
  readonly contentUrl: 'public-link' | 'record';
  readonly ignoreCreatedBy: readonly string[];
}

export type SalesforceAuth =
  | {
      readonly flow: 'jwt-bearer';
      readonly clientId: string;
      readonly username: string;
      readonly privateKey: Secret;
    }
  | {
      readonly flow: 'client-credentials';
      readonly clientId: string;
      readonly clientSecret: Secret;
    }
  | {
      readonly flow: 'refresh-token';
      readonly clientId: string;
      readonly clientSecret?: Secret;
      readonly refreshToken: Secret;
    };

export interface GoogleDriveConfig {
  readonly auth:
    | { readonly flow: 'service-account'; readonly key: Secret; readonly adminSubject: string }
    | {
        readonly flow: 'refresh-token';
        readonly clientId: string;
        readonly clientSecret: Secret;
        readonly refreshToken: Secret;
      };
  readonly users: 'all' | readonly string[];
  readonly sharedDrives: 'all' | 'none' | readonly { readonly id: string; readonly as: string }[];
  readonly detect: readonly ('audit-log' | 'changes')[];
  readonly linkShares: 'skip' | 'report';
  readonly endpoint: string;
}

export interface CrmConfig {
  readonly objectTypes: readonly ('Opportunity' | 'Account' | 'Contact' | 'Lead')[];
  readonly matchAccountByDomain: boolean;
  readonly unmatched: 'send' | 'skip';
  readonly holdDays: number;
}

export interface GongConfig {
  readonly baseUrl: string;
  readonly auth: GongAuth;
  readonly reportingSystem: string;
  readonly workspaceId?: string;
  readonly actionName: string;
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
  readonly concurrency: number;
}

export type GongAuth =
  | { readonly flow: 'access-key'; readonly accessKey: Secret; readonly accessKeySecret: Secret }
  | {
      readonly flow: 'oauth';
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly refreshToken: Secret;
    };

/** sharetrail.yaml: what holds for all tenants of this installation. */
export interface ServiceConfig {
  /** `sqlite:PATH` or `postgres://…` */
  readonly database: string;
  readonly http?: { readonly host: string; readonly port: number; readonly token?: Secret };
  readonly log: { readonly level: LogLevel };
  readonly tenantsAtOnce: number;
  readonly retentionDays: number;
  readonly alerts?: { readonly webhook: Secret };
  /** 32 bytes, base64 */
  readonly secretKey?: Secret;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface Config {
  /** the folder that was read */
  readonly dir: string;
  readonly service: ServiceConfig;
  /** in the order of their names */
  readonly tenants: readonly TenantConfig[];
}
