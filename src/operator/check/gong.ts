import type { TenantConfig } from '../../config/types.ts';
import { localTimeText } from '../../lib/format.ts';
import type { PermitResult } from '../../push/pacer.ts';
import type { AppContext } from '../../runs/app-context.ts';
import type { Connections } from '../../runs/vendor-clients.ts';
import type { GongResponse } from '../../vendors/gong/response.ts';
import type { AreaChecks } from './area-checks.ts';
import { GONG_NAMES, gongVerdicts } from './gong-verdicts.ts';
import { type Finding, ok, warning } from './types.ts';

/** Gong cannot accept it, whatever it accepts. */
const NOT_JSON = 'sharetrail check: this is not JSON';

type Denied = Extract<PermitResult, { kind: 'denied' }>;
export type GongProbe = { readonly kind: 'response'; readonly response: GongResponse } | Denied;

/** One paced and counted call. Rejects if the database cannot count it, or when it is aborted. */
export async function probeGong(
  context: Pick<AppContext, 'pacerOf'>,
  { tenant, connections, signal }: GongProbeOptions,
): Promise<GongProbe> {
  const { gong } = connections;
  const pacer = context.pacerOf(gong.account);
  const permit = await pacer.acquire(tenant.gong, signal);
  if (permit.kind === 'denied') return permit;
  try {
    const response = await gong.shareContent(NOT_JSON, signal, () => permit.sent());
    if (response.kind === 'throttled' && response.retryAfterMs !== undefined) {
      await pacer.pause(response.retryAfterMs);
    }
    return { kind: 'response', response };
  } finally {
    await permit.release();
  }
}

export interface GongProbeOptions {
  readonly tenant: TenantConfig;
  readonly connections: Pick<Connections, 'gong' | 'accounts'>;
  readonly signal: AbortSignal;
}

export async function checkGong(
  checks: AreaChecks,
  {
    tenant,
    connections,
    probe,
    canCount,
  }: Omit<GongProbeOptions, 'signal'> & {
    /** shared by the tenants with the same credentials and address */
    readonly probe: () => Promise<GongProbe>;
    /** false: the call could not be counted, so it must not be sent */
    readonly canCount: boolean;
  },
): Promise<void> {
  if (!canCount) return checks.skip(['account', ...GONG_NAMES], UNCOUNTED);
  await checks.probe(
    'account',
    () => connections.accounts.gong(),
    ({ host }) =>
      ok(host === undefined ? 'identified by its credentials' : `the account of ${host}`),
  );
  try {
    const found = await checks.within(probe);
    if (found.kind === 'denied') checks.add('endpoint', deniedFinding(found, tenant));
    else for (const [name, finding] of gongVerdicts(found.response)) checks.add(name, finding);
  } catch (error) {
    checks.fail('address', error);
    checks.skip(['key', 'endpoint'], 'Gong did not respond');
  }
}

const UNCOUNTED = 'the database cannot count the call, so it was not sent';

function deniedFinding({ reason, until }: Denied, { timezone }: TenantConfig): Finding {
  const what =
    reason === 'paused' ? 'Gong requested a pause' : "today's calls (gong.callsPerDay) are used up";
  return warning(
    `not checked: ${what}`,
    `Run the command again after ${localTimeText(until, timezone)} (${timezone}).`,
  );
}
