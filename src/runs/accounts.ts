import type { TenantConfig } from '../config/types.ts';
import type { Bindings, GongIdentity, OrgIdentity, WorkspaceIdentity } from '../db/bindings.ts';
import type { Database } from '../db/schema.ts';
import { UserError } from '../lib/errors.ts';
import { hasEvents } from '../outbox/event-counts.ts';
import type { GongClient } from '../vendors/gong/client.ts';
import type { GoogleClient } from '../vendors/google/google-client.ts';
import { readOrganization } from '../vendors/salesforce/organization.ts';
import type { SalesforceClient } from '../vendors/salesforce/salesforce-client.ts';
import { gongChanged, orgChanged, workspaceChanged } from './account-changed.ts';
import { isVendorFailure } from './stage-errors.ts';

/** What to do if the Salesforce login does not name its org. */
export const ORG_UNKNOWN_HINT =
  'Check salesforce.loginUrl and any proxy between this machine and Salesforce.';

/**
 * The accounts that the configuration leads to. Each is looked up once per run, when it is first
 * needed. Throws AccountChanged if the tenant is bound to another one, and what the vendor's client
 * throws.
 */
export interface Accounts {
  /** undefined: Salesforce does not name the org */
  readonly org: () => Promise<OrgIdentity | undefined>;
  /** undefined: the tenant has no Drive, or the granted scopes do not show the customer */
  readonly workspace: () => Promise<WorkspaceIdentity | undefined>;
  readonly gong: () => Promise<GongIdentity>;
}

export interface AccountsOptions {
  readonly db: Database;
  readonly tenant: TenantConfig;
  /** what the tenant is bound to */
  readonly bindings: Bindings;
  readonly salesforce: SalesforceClient;
  readonly google: () => Promise<GoogleClient>;
  readonly gong: GongClient;
}

export function createAccounts(options: AccountsOptions): Accounts {
  return {
    org: once(() => findOrg(options)),
    workspace: once(() => findWorkspace(options)),
    gong: once(() => findGong(options)),
  };
}

/** For each login: throws AccountChanged if it leads to another org than the bound one. */
export function checkOrgOf(tenant: string, { salesforce }: Bindings): (orgId: string) => void {
  return (orgId) => {
    if (salesforce === undefined || salesforce.identity.orgId === orgId) return;
    throw orgChanged({ tenant, from: salesforce.identity.orgId, to: orgId });
  };
}

async function findOrg(options: AccountsOptions): Promise<OrgIdentity | undefined> {
  const { db, salesforce: client, bindings } = options;
  const { tenant } = options.tenant;
  const bound = bindings.salesforce?.identity;
  if (bound !== undefined && (await client.orgId()) !== undefined) return bound;
  const { orgId, isSandbox } = await readOrganization(client);
  if (orgId === undefined) {
    if (bound !== undefined) throw orgUnknown(tenant, bound.orgId);
    return undefined;
  }
  checkOrgOf(tenant, bindings)(orgId);
  return (
    bound ?? { orgId, isSandbox, hasPlainEventIds: isSandbox && (await hasEvents(db, tenant)) }
  );
}

/** Only new credentials can lead to another Workspace, so a usual run needs no call for this. */
async function findWorkspace(options: AccountsOptions): Promise<WorkspaceIdentity | undefined> {
  const { tenant, googleDrive: config } = options.tenant;
  const bound = options.bindings['google-drive']?.identity;
  if (config === undefined) return undefined;
  const { googleCredentialsOf } = await import('../vendors/google/credentials-id.ts');
  const credentials = googleCredentialsOf(config);
  if (credentials === undefined || credentials === bound?.credentials) return bound;
  const from = config.users === 'all' ? 'directory' : 'reports';
  if (from === 'reports' && !config.detect.includes('audit-log')) return bound;
  try {
    const customerId = await (await options.google()).customerId(from);
    if (customerId === undefined) return bound;
    if (bound === undefined || bound.customerId === customerId) return { customerId, credentials };
    throw workspaceChanged({ tenant, from: bound.customerId, to: customerId });
  } catch (error) {
    // Without a binding, nothing can be mistaken for it: reading Drive reports the failure itself.
    if (bound === undefined && isVendorFailure(error)) return undefined;
    throw error;
  }
}

async function findGong({ tenant, bindings, gong }: AccountsOptions): Promise<GongIdentity> {
  const bound = bindings.gong?.identity;
  const credentials = gong.account;
  const isKnown = bound === undefined || bound.credentials === credentials;
  if (isKnown && bound?.host !== undefined) return bound;
  // New tokens are requested only for a comparison.
  const host = await customerHostOf(gong, isKnown ? 'stored' : 'valid');
  if (isKnown) return host === undefined && bound ? bound : { credentials, ...hostIn(host) };
  if (host === undefined || host !== bound.host) throw gongChanged(tenant.tenant);
  return { credentials, host };
}

function hostIn(host: string | undefined): Pick<GongIdentity, 'host'> {
  return host === undefined ? {} : { host };
}

/** Sending reports why there are no tokens. */
async function customerHostOf(
  gong: GongClient,
  tokens: 'stored' | 'valid',
): Promise<string | undefined> {
  try {
    return await gong.customerHost(tokens);
  } catch (error) {
    if (isVendorFailure(error)) return undefined;
    throw error;
  }
}

function orgUnknown(tenant: string, orgId: string): UserError {
  return new UserError(
    `the Salesforce login does not name its org, so it may not be ${orgId}, the org of ${tenant}`,
    { hint: ORG_UNKNOWN_HINT },
  );
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
