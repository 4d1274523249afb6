import { z } from 'zod';
import { guardLease, type LeaseKey } from './leases.ts';
import type { Database, Statement } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** The Salesforce org of a tenant. */
export interface OrgIdentity {
  /** 18 characters */
  readonly orgId: string;
  readonly isSandbox: boolean;
  /** events of this org may have ids without the org's Id: earlier versions wrote them */
  readonly hasPlainEventIds: boolean;
}

/** The Google Workspace of a tenant. */
export interface WorkspaceIdentity {
  readonly customerId: string;
  /** identifies the credentials that the customer was last verified with; not a secret */
  readonly credentials: string;
}

/** The Gong account of a tenant. */
export interface GongIdentity {
  /** identifies the credentials; not a secret */
  readonly credentials: string;
  /** the host of the customer's own API address, if known */
  readonly host?: string | undefined;
}

const identities = {
  salesforce: z.object({
    orgId: z.string(),
    isSandbox: z.boolean(),
    hasPlainEventIds: z.boolean(),
  }),
  'google-drive': z.object({ customerId: z.string(), credentials: z.string() }),
  gong: z.object({ credentials: z.string(), host: z.string().optional() }),
} satisfies {
  readonly salesforce: z.ZodType<OrgIdentity>;
  readonly 'google-drive': z.ZodType<WorkspaceIdentity>;
  readonly gong: z.ZodType<GongIdentity>;
};

export type BoundVendor = keyof typeof identities;
type IdentityOf<Vendor extends BoundVendor> = z.output<(typeof identities)[Vendor]>;

export interface Binding<Vendor extends BoundVendor> {
  readonly identity: IdentityOf<Vendor>;
  /** epoch milliseconds: replaces the tenant's start for this source */
  readonly readFrom?: number;
}

/** What a tenant is bound to; a vendor without an entry is not recorded yet. */
export type Bindings = { readonly [Vendor in BoundVendor]?: Binding<Vendor> };

export async function readBindings(db: Statement, tenant: string): Promise<Bindings> {
  const rows = await db
    .selectFrom('binding')
    .select(['vendor', 'identity', 'read_from'])
    .where('tenant', '=', tenant)
    .execute();
  const bindings: { [Vendor in BoundVendor]?: Binding<Vendor> } = {};
  for (const row of rows) {
    const stored: unknown = JSON.parse(row.identity);
    const readFrom = row.read_from === null ? {} : { readFrom: row.read_from };
    if (row.vendor === 'salesforce') {
      bindings.salesforce = { identity: identities.salesforce.parse(stored), ...readFrom };
    } else if (row.vendor === 'google-drive') {
      bindings['google-drive'] = {
        identity: identities['google-drive'].parse(stored),
        ...readFrom,
      };
    } else if (row.vendor === 'gong') {
      bindings.gong = { identity: identities.gong.parse(stored), ...readFrom };
    }
  }
  return bindings;
}

/** Records an identity. Keeps `readFrom`, unless one is given (null removes it). */
export async function writeBinding<Vendor extends BoundVendor>(
  trx: Statement,
  binding: {
    readonly tenant: string;
    readonly vendor: Vendor;
    readonly identity: IdentityOf<Vendor>;
    readonly readFrom?: number | null;
    readonly now: number;
  },
): Promise<void> {
  const { tenant, vendor, readFrom, now } = binding;
  const identity = JSON.stringify(binding.identity);
  await trx
    .insertInto('binding')
    .values({ tenant, vendor, identity, read_from: readFrom ?? null, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'vendor']).doUpdateSet({
        identity,
        updated_at: now,
        ...(readFrom !== undefined && { read_from: readFrom }),
      }),
    )
    .execute();
}

/** The same, in a transaction of a run. Throws LeaseLost. */
export async function recordBinding<Vendor extends BoundVendor>(
  db: Database,
  lease: LeaseKey,
  binding: Parameters<typeof writeBinding<Vendor>>[1],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await guardLease(trx, lease);
    await writeBinding(trx, binding);
  });
}
