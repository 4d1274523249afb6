import type { Config } from '../config/types.ts';

/**
 * What the configuration asks for and this version does not do yet: one sentence each, so that
 * nobody relies on it. (A source that is not built is an error of its run instead.)
 */
export function notBuiltYet(config: Config): string[] {
  const { alerts, http } = config.service;
  const scheduled = config.tenants.filter(({ schedule }) => schedule !== undefined);
  return [
    ...(alerts ? ['alerts is set, but this version sends no alerts yet'] : []),
    ...(http ? ["http is set, but this version has no operator's page yet"] : []),
    ...named(scheduled, 'schedule is set, but this version has no scheduler yet: use cron'),
  ];
}

function named(tenants: readonly { readonly tenant: string }[], sentence: string): string[] {
  if (tenants.length === 0) return [];
  return [`${sentence} (${tenants.map(({ tenant }) => tenant).join(', ')})`];
}
