import type { FaultyTenant } from '../config/types.ts';
import type { Health } from './health.ts';
import type { TenantStatus } from './status.ts';

/** A row of the summary. */
export type TenantRow = ValidTenantRow | FaultyTenantRow;

export interface ValidTenantRow {
  readonly health: Health;
  readonly status: TenantStatus;
  readonly faulty?: never;
}

/** A tenant whose file or secrets have problems has no status. */
interface FaultyTenantRow {
  readonly health: Health;
  readonly faulty: string;
  readonly status?: never;
}

export function nameOf(row: TenantRow): string {
  return row.faulty ?? row.status.tenant;
}

/** The problems themselves are reported already. */
export function faultyRow({ tenant, problems }: FaultyTenant): FaultyTenantRow {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const attention = {
    message: `the configuration of this tenant has ${count}`,
    hint: 'Run `sharetrail config show` to see what to fix.',
  };
  return { faulty: tenant, health: { level: 'faulty', attention } };
}
