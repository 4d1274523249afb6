import type { TenantConfig } from '../config/types.ts';
import { type Backfill, backfillStream } from '../db/backfills.ts';
import { UserError } from '../lib/errors.ts';
import type { SourceName } from '../share/share.ts';
import { createSalesforceBackfill } from '../sources/salesforce/backfill-source.ts';
import type { Source } from '../sources/source.ts';
import type { SalesforceClient } from '../vendors/salesforce/client.ts';

/** What history a person asked for. Times are epoch milliseconds. */
export interface BackfillWindow {
  readonly since: number;
  /** exclusive; absent: until now */
  readonly until?: number;
  /** absent: every source that the tenant has */
  readonly source?: SourceName;
}

/** The sources of a tenant that the window asks for; none where it has none of them. */
export function sourcesAsked(tenant: TenantConfig, { source }: BackfillWindow): SourceName[] {
  const all = ['salesforce', 'google-drive'] as const;
  return all.filter((name) => hasSource(tenant, name) && (source === undefined || source === name));
}

function hasSource(tenant: TenantConfig, source: SourceName): boolean {
  if (source === 'google-drive') return tenant.googleDrive !== undefined;
  return tenant.salesforce.contentDistributions;
}

/** Of Drive, only the audit log knows what was shared when. */
export function hasHistory({ googleDrive }: TenantConfig, source: SourceName): boolean {
  return source === 'salesforce' || googleDrive?.detect.includes('audit-log') === true;
}

/** Those of the tenants that have the source asked for. Throws UserError where none has. */
export function tenantsAsked(
  tenants: readonly TenantConfig[],
  source: SourceName | undefined,
): readonly TenantConfig[] {
  if (source === undefined) return tenants;
  const having = tenants.filter((tenant) => hasSource(tenant, source));
  const [first] = tenants;
  if (having.length === 0 && first !== undefined) throw withoutSource(first, source);
  return having;
}

export function backfillOf(
  { tenant }: TenantConfig,
  { since, until }: BackfillWindow,
  source: SourceName,
): Backfill {
  return { tenant, source, since, ...(until !== undefined && { until }) };
}

/** The window's deliveries, by the cursor of their own. `now`: epoch milliseconds. */
export function deliveryWindow(
  client: SalesforceClient,
  options: {
    readonly tenant: TenantConfig;
    readonly window: BackfillWindow;
    readonly now: number;
    readonly onTotal: (deliveries: number) => void;
  },
): Source {
  const { tenant, window, now, onTotal } = options;
  return createSalesforceBackfill({
    client,
    config: tenant.salesforce,
    stream: backfillStream(backfillOf(tenant, window, 'salesforce')),
    since: window.since,
    until: window.until ?? now,
    onTotal,
  });
}

function withoutSource({ tenant }: TenantConfig, source: SourceName): UserError {
  const how = {
    salesforce: 'salesforce.contentDistributions is false there.',
    'google-drive': 'googleDrive is not in its file.',
  };
  return new UserError(`${tenant} does not read ${source}`, {
    hint: `${how[source]} Name tenants with --tenant, or leave --source out.`,
  });
}
