import { CALL_LIMITS } from '../../db/limits.ts';
import type { RunReport } from '../../db/run-report.ts';
import { namesText } from '../../lib/format.ts';

const HOUR_MS = 60 * 60_000;
const HOURS_MAX = `${CALL_LIMITS.pauseMsMax / HOUR_MS} hours`;

/** A pause that Gong requested leaves runs `ok`, but their events wait for minutes or hours. */
export function gongWaitLines(reports: readonly RunReport[]): string[] {
  const waiting = reports.flatMap(({ tenant, gongWait }) =>
    gongWait ? [{ tenant, gongWait }] : [],
  );
  const groups = Map.groupBy(waiting, ({ gongWait }) => textOf(gongWait));
  return [...groups].map(
    ([text, same]) => `${namesText(same.map(({ tenant }) => tenant))}: ${text}`,
  );
}

function textOf({ cappedRetryAfterMs }: NonNullable<RunReport['gongWait']>): string {
  const text = 'Gong requested a pause, so events wait. See `sharetrail status`.';
  if (cappedRetryAfterMs === undefined) return text;
  return (
    `${text} Its Retry-After exceeds ${HOURS_MAX}, so sharetrail waits ${HOURS_MAX}: check ` +
    '`gong.baseUrl` and any proxy in between.'
  );
}
