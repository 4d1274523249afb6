import { lookUp } from '../crm/look-up.ts';
import { refusalFor } from '../crm/refused-look-ups.ts';
import { deleteProgressOf } from '../db/backfills.ts';
import { writeBinding } from '../db/bindings.ts';
import { deleteCursors } from '../db/cursors.ts';
import { guardLease, type LeaseKey } from '../db/leases.ts';
import type { Statement } from '../db/schema.ts';
import { deleteAllSetAside } from '../db/set-aside.ts';
import { inTransaction } from '../db/transaction.ts';
import { pagesInState } from '../outbox/pages-in-state.ts';
import { rebuildPending, skipRebound } from '../outbox/rebound-events.ts';
import type { AppContext } from '../runs/app-context.ts';
import { decideForced, rulesOf } from '../runs/decide-share.ts';
import { forgottenPeopleOf } from '../runs/forgotten-people.ts';
import { lookUpOptionsOf } from '../runs/read-source.ts';
import { withTenantLease } from '../runs/tenant-lease.ts';
import type { SourceName } from '../share/share.ts';
import { deleteWorkspaceData } from '../sources/drive/delete-workspace-data.ts';
import { DRIVE_STREAM } from '../sources/drive/stream-names.ts';
import { BATCH_LIMITS } from '../sources/limits.ts';
import { SALESFORCE_STREAM } from '../sources/salesforce/sync-source.ts';
import type { Rebinding, RebindPlan } from './rebind-plan.ts';

export interface RebindReport {
  readonly changes: readonly Rebinding[];
  /** pending Drive events that were matched again, in the new org */
  readonly rematched: number;
}

const SOURCES: readonly SourceName[] = ['salesforce', 'google-drive'];

/**
 * Carries out the plan: the tenant belongs to the new accounts, and their sources start again.
 * Returns undefined if a run holds the tenant's lock. `readFrom`: epoch milliseconds; undefined: the
 * tenant's start.
 */
export function rebind(
  context: AppContext,
  plan: RebindPlan,
  options: { readonly readFrom: number | undefined; readonly signal: AbortSignal },
): Promise<RebindReport | undefined> {
  const { tenant } = plan.tenant;
  const { readFrom, signal } = options;
  return withTenantLease(context, { tenant, signal }, async (lease) => {
    const rematched = await rematchPending(context, plan);
    await applyPlan(context, plan, { lease: lease.key, readFrom });
    return { changes: plan.changes, rematched };
  });
}

/**
 * Pending Drive events name records of the old org, so they are matched again. This comes first: if
 * it fails, the tenant still belongs to the old org, and no run sends anything.
 */
async function rematchPending(context: AppContext, plan: RebindPlan): Promise<number> {
  const { identities, connections, tenant } = plan;
  // With another Workspace, they are skipped.
  if (!identities.salesforce || identities['google-drive']) return 0;
  const { db, clock } = context;
  const name = tenant.tenant;
  const size = BATCH_LIMITS.sharesPerBatchMax;
  const rules = rulesOf(tenant, undefined, await forgottenPeopleOf(db, name));
  let rematched = 0;
  for await (const page of pagesInState(db, { tenant: name, state: 'pending', size })) {
    const shares = page.map(({ share }) => share).filter(({ source }) => source === 'google-drive');
    const records = await lookUp(connections.salesforce, shares, lookUpOptionsOf(tenant));
    for (const share of shares) {
      const refusal = refusalFor(share, records);
      if (refusal !== undefined) throw refusal;
      const { match, body, eventId } = decideForced(share, records, rules);
      if (match === undefined || body === undefined) continue;
      const event = { tenant: name, eventId, match, body, now: clock.now() };
      if (await rebuildPending(db, event)) rematched += 1;
    }
  }
  return rematched;
}

async function applyPlan(
  { db, clock }: AppContext,
  { identities, tenant: { tenant } }: RebindPlan,
  options: { readonly lease: LeaseKey; readonly readFrom: number | undefined },
): Promise<void> {
  const now = clock.now();
  const readFrom = options.readFrom ?? null;
  await inTransaction(db, async (trx) => {
    await guardLease(trx, options.lease);
    for (const source of SOURCES) {
      const identity = identities[source];
      if (identity === undefined) continue;
      await startAgain(trx, { tenant, source, now });
      await writeBinding(trx, { tenant, vendor: source, identity, readFrom, now });
    }
    const { gong } = identities;
    if (gong) await writeBinding(trx, { tenant, vendor: 'gong', identity: gong, now });
  });
}

async function startAgain(
  trx: Statement,
  options: { readonly tenant: string; readonly source: SourceName; readonly now: number },
): Promise<void> {
  const { tenant, source } = options;
  await skipRebound(trx, options);
  await deleteProgressOf(trx, { tenant, source });
  await deleteAllSetAside(trx, { tenant, source });
  const stream = source === 'salesforce' ? SALESFORCE_STREAM : DRIVE_STREAM;
  await deleteCursors(trx, { tenant, stream });
  if (source === 'google-drive') await deleteWorkspaceData(trx, tenant);
}
