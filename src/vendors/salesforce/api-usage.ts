/** API calls of the org in the last 24 hours, by all integrations, and its limit. */
export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** REST guide, Limit Info Header: `Sforce-Limit-Info: api-usage=25/15000`. */
export function usageIn(headers: Readonly<Record<string, string>>): ApiUsage | undefined {
  const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
  return used === undefined || limit === undefined
    ? undefined
    : { used: Number(used), limit: Number(limit) };
}
