import { type BoundVendor, recordBinding } from '../db/bindings.ts';
import type { LeaseKey } from '../db/leases.ts';
import { AccountChanged } from './account-changed.ts';
import type { ReadingRun } from './run-lifecycle.ts';
import { isStop, isVendorFailure } from './stage-errors.ts';

type Verified = Pick<ReadingRun, 'connections' | 'bindings' | 'tenant' | 'startedAt' | 'context'>;

/**
 * Compares the accounts that the configuration leads to with those that the tenant is bound to.
 * Returns the changes; if there are any, the run must read and send nothing. An account that cannot
 * be identified is no change: its stage fails with the same error.
 */
export async function findAccountChanges({
  connections: { accounts },
}: Pick<Verified, 'connections'>): Promise<readonly AccountChanged[]> {
  const { org, workspace, gong } = accounts;
  const results = await Promise.allSettled([org(), workspace(), gong()]);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const error of errors) if (!isVendorFailure(error) && !isStop(error)) throw error;
  return errors.filter((error) => error instanceof AccountChanged);
}

/** Records the accounts that were identified and are not on record yet. Throws LeaseLost. */
export async function recordAccounts(run: Verified, lease: LeaseKey): Promise<void> {
  const { connections, bindings, context, startedAt: now } = run;
  const { tenant } = run.tenant;
  const { org, workspace, gong } = connections.accounts;
  const [salesforce, google, gongAccount] = await Promise.all([
    identified(org()),
    identified(workspace()),
    identified(gong()),
  ]);
  const isNew = (vendor: BoundVendor, identity: unknown) =>
    identity !== undefined && identity !== bindings[vendor]?.identity;
  const { db } = context;
  if (salesforce && isNew('salesforce', salesforce)) {
    await recordBinding(db, lease, { tenant, vendor: 'salesforce', identity: salesforce, now });
  }
  if (google && isNew('google-drive', google)) {
    await recordBinding(db, lease, { tenant, vendor: 'google-drive', identity: google, now });
  }
  if (gongAccount && isNew('gong', gongAccount)) {
    await recordBinding(db, lease, { tenant, vendor: 'gong', identity: gongAccount, now });
  }
}

/** Undefined if the account could not be identified: its stage reports why. */
export async function identified<Identity>(
  found: Promise<Identity>,
): Promise<Identity | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isVendorFailure(error) || isStop(error)) return undefined;
    throw error;
  }
}
