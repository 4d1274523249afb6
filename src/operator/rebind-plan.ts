import type { TenantConfig } from '../config/types.ts';
import { type Bindings, type BoundVendor, readBindings } from '../db/bindings.ts';
import { UserError } from '../lib/errors.ts';
import { countUnsent } from '../outbox/rebound-events.ts';
import { ORG_UNKNOWN_HINT } from '../runs/accounts.ts';
import type { AppContext } from '../runs/app-context.ts';
import { RunCounters } from '../runs/counters.ts';
import { type Connections, connect } from '../runs/vendor-clients.ts';

/** One account that changes. */
export interface Rebinding {
  readonly vendor: BoundVendor;
  /** an org's or customer's id; absent for Gong, which shows none */
  readonly from?: string;
  readonly to?: string;
  /** events of the old account that are not sent any more */
  readonly skipped: number;
}

export interface RebindPlan {
  readonly tenant: TenantConfig;
  readonly changes: readonly Rebinding[];
  /** to write; only those that change */
  readonly identities: Identities;
  readonly connections: Connections;
}

export type Identities = { [Vendor in BoundVendor]?: NonNullable<Bindings[Vendor]>['identity'] };

/**
 * Finds the accounts that the configuration leads to now, and which of them are not those that the
 * tenant is bound to. Changes nothing. Throws what the vendors' clients throw, and UserError if a
 * requested account cannot be identified.
 */
export async function planRebind(
  context: AppContext,
  tenant: TenantConfig,
  options: { readonly vendor: BoundVendor | undefined; readonly signal: AbortSignal },
): Promise<RebindPlan> {
  const { vendor, signal } = options;
  const bindings = await readBindings(context.db, tenant.tenant);
  const counters = new RunCounters();
  // Without bindings, no account is refused.
  const free = { tenant, bindings: {}, counters, signal, emit: undefined };
  const connections = connect(context, free);
  const identities = await findIdentities(connections, bindings, vendor);
  const changes: Rebinding[] = [];
  for (const changed of Object.keys(identities) as BoundVendor[]) {
    changes.push({
      vendor: changed,
      ...idsOf(changed, bindings, identities),
      skipped: await countSkipped(context, tenant.tenant, changed),
    });
  }
  return { tenant, changes, identities, connections };
}

async function findIdentities(
  { accounts }: Connections,
  bindings: Bindings,
  vendor: BoundVendor | undefined,
): Promise<Identities> {
  const wants = (name: BoundVendor) => vendor === undefined || vendor === name;
  const identities: Identities = {};
  const { salesforce, 'google-drive': google, gong } = bindings;
  if (wants('salesforce') && salesforce) {
    const org = await accounts.org();
    if (org === undefined) {
      throw new UserError('the Salesforce org cannot be identified', { hint: ORG_UNKNOWN_HINT });
    }
    if (org.orgId !== salesforce.identity.orgId) {
      // The events on record are another org's.
      identities.salesforce = { ...org, hasPlainEventIds: false };
    }
  }
  if (wants('google-drive') && google) {
    const workspace = await accounts.workspace();
    if (workspace && workspace.customerId !== google.identity.customerId) {
      identities['google-drive'] = workspace;
    }
  }
  if (wants('gong') && gong) {
    const account = await accounts.gong();
    const { credentials, host } = gong.identity;
    const isSame = account.credentials === credentials || (host && host === account.host);
    if (!isSame) identities.gong = account;
  }
  return identities;
}

function idsOf(vendor: BoundVendor, bindings: Bindings, identities: Identities) {
  const [before, after] = [bindings[vendor]?.identity, identities[vendor]];
  const id = (identity: typeof before) => {
    if (identity === undefined) return undefined;
    if ('orgId' in identity) return identity.orgId;
    return 'customerId' in identity ? identity.customerId : undefined;
  };
  const [from, to] = [id(before), id(after)];
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

async function countSkipped(
  { db }: AppContext,
  tenant: string,
  vendor: BoundVendor,
): Promise<number> {
  return vendor === 'gong' ? 0 : countUnsent(db, { tenant, source: vendor });
}
