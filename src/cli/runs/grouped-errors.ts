import type { RunError, RunReport } from '../../db/run-report.ts';
import { namesText } from '../../lib/format.ts';
import { errorLines } from './run-summary.ts';

interface TenantError {
  readonly tenant: string;
  readonly error: RunError;
}

/**
 * The errors of several runs: those of one tenant only by tenant, and each one that several share
 * once, so that an outage of forty tenants is not one sentence forty times.
 */
export function groupErrors(reports: readonly RunReport[]): {
  readonly own: (report: RunReport) => string[];
  readonly shared: string[];
} {
  const all = reports.flatMap(({ tenant, errors }) => errors.map((error) => ({ tenant, error })));
  const groups = [...Map.groupBy(all, ({ error }) => keyOf(error)).values()];
  const shared = groups.filter((group) => tenantsOf(group).length > 1);
  const sharedKeys = new Set(shared.flatMap(([first]) => (first ? [keyOf(first.error)] : [])));
  return {
    own: ({ errors }) =>
      errors.filter((error) => !sharedKeys.has(keyOf(error))).flatMap(errorLines),
    shared: shared.flatMap(sharedLines),
  };
}

/** What to do is the same: vendors' messages often differ in a host or an Id. */
function keyOf({ stage, hint }: RunError): string {
  return JSON.stringify([stage, hint]);
}

function sharedLines(group: readonly TenantError[]): string[] {
  const messages = [...Map.groupBy(group, ({ error }) => error.message)];
  const [first] = group;
  return [
    ...messages.map(
      ([message, same]) => `${namesText(tenantsOf(same))}: ${same[0]?.error.stage}: ${message}`,
    ),
    `  ${first?.error.hint}`,
  ];
}

function tenantsOf(group: readonly TenantError[]): string[] {
  return [...new Set(group.map(({ tenant }) => tenant))];
}
