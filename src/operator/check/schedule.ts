import type { ServiceConfig, TenantConfig } from '../../config/types.ts';
import { localTimeText } from '../../lib/format.ts';
import type { NextDue } from '../../runs/overdue-times.ts';
import { CHECK_LIMITS } from './limits.ts';
import { type Check, type Finding, failed, ok, warning } from './types.ts';

export function scheduleCheck(tenant: TenantConfig, now: number, nextDue: NextDue): Check {
  const finding = scheduleFinding(tenant, now, nextDue);
  return { tenant: tenant.tenant, area: 'schedule', name: 'due times', ...finding };
}

function scheduleFinding(
  { schedule, timezone }: TenantConfig,
  now: number,
  nextDue: NextDue,
): Finding {
  if (schedule === undefined) return ok('no schedule: this tenant runs on demand only');
  const times: string[] = [];
  let at = now;
  while (times.length < CHECK_LIMITS.dueTimesShown) {
    at = nextDue({ schedule, timezone }, at);
    if (!Number.isFinite(at)) break;
    times.push(localTimeText(at, timezone));
  }
  if (times.length === 0) {
    return failed(
      `the schedule "${schedule}" is never due`,
      'Correct `schedule` in the tenant file: it names a date that does not exist.',
    );
  }
  return ok(`next due at ${times.join(', ')} (${timezone})`);
}

/** Nothing is posted: the configuration has verified the form of the address. */
export function alertsCheck(
  { alerts }: ServiceConfig,
  tenants: readonly Pick<TenantConfig, 'schedule'>[],
): Check {
  return { tenant: undefined, area: 'alerts', name: 'webhook', ...alertsFinding(alerts, tenants) };
}

function alertsFinding(
  alerts: ServiceConfig['alerts'],
  tenants: readonly Pick<TenantConfig, 'schedule'>[],
): Finding {
  if (alerts !== undefined) {
    const host = URL.parse(alerts.webhook.reveal())?.host;
    return ok(`a valid address at ${host}; nothing was posted`);
  }
  if (tenants.every(({ schedule }) => schedule === undefined)) return ok('not set');
  return warning(
    'not set: no one is alerted when a scheduled run fails',
    'Set alerts.webhook in sharetrail.yaml to the address of an incoming webhook of a chat tool.',
  );
}
