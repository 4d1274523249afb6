import { namesText } from '../terminal/format.ts';
import { nameOf, type TenantRow } from './tenant-row.ts';

/**
 * What failed and what to do, one line per tenant; tenants with the same problem share a line, so
 * that an outage is one line.
 */
export function attentionLines(rows: readonly TenantRow[]): string[] {
  const problems = rows.flatMap((row) => {
    const { attention } = row.health;
    return attention === undefined
      ? []
      : [{ tenant: nameOf(row), text: `${attention.message}. ${attention.hint}` }];
  });
  const groups = Map.groupBy(problems, ({ text }) => text);
  return [...groups].map(
    ([text, members]) => `${namesText(members.map(({ tenant }) => tenant))}: ${text}`,
  );
}
