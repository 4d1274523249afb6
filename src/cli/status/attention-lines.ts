import { namesText } from '../../lib/format.ts';
import type { Attention } from '../../operator/health.ts';
import { nameOf, type TenantRow } from '../../operator/tenant-row.ts';

interface TenantAttention {
  readonly tenant: string;
  readonly attention: Attention;
}

/**
 * What failed, one line per tenant, and below it what to do. Tenants with the same problem share a
 * line, and problems with the same remedy share it: in an outage, messages often differ in a host.
 */
export function attentionLines(rows: readonly TenantRow[]): string[] {
  const all = rows.flatMap((row): TenantAttention[] => {
    const { attention } = row.health;
    return attention === undefined ? [] : [{ tenant: nameOf(row), attention }];
  });
  const groups = Map.groupBy(all, ({ attention }) => attention.hint);
  return [...groups].flatMap(([hint, group]) => [...messageLines(group), `  ${hint}`]);
}

function messageLines(group: readonly TenantAttention[]): string[] {
  const groups = Map.groupBy(group, ({ attention }) => attention.message);
  return [...groups].map(
    ([message, same]) => `${namesText(same.map(({ tenant }) => tenant))}: ${message}`,
  );
}
