import { createHash } from 'node:crypto';
import { type ApiCall, pageSizeOf, readPageToken, writePageToken } from './api-call.ts';
import { type Activity, qualifierOf } from './audit-log.ts';
import { domainOf } from './grantees.ts';
import { ApiError, invalid } from './responses.ts';
import type { WorkspaceState } from './workspace-state.ts';

type Resource = Readonly<Record<string, unknown>>;

/** Reports reference, activities.list: at most 1,000 a page, 180 days back. */
const PAGE_ACTIVITIES_MAX = 1_000;
const KEPT_MS = 180 * 86_400_000;
const FILTER = /^(\w+)(==|<>)(.+)$/;

interface Window {
  readonly from: number;
  readonly until: number;
}

export function listActivities(call: ApiCall): Resource {
  const { state, user } = call;
  takeQuota(call);
  if (!state.directory.find(user)?.privileges.has('reports'))
    throw new ApiError({
      status: 401,
      reason: 'authError',
      message: 'Access denied. You are not authorized to read activity records.',
      location: 'Authorization',
      locationType: 'header',
    });
  const size = pageSizeOf(call, {
    name: 'maxResults',
    usual: PAGE_ACTIVITIES_MAX,
    max: PAGE_ACTIVITIES_MAX,
    above: 'refused',
  });
  return page(call, size, windowOf(call));
}

function page(call: ApiCall, size: number, { from, until }: Window): Resource {
  const { audit, settings, now } = call.state;
  const [at = until, order = Number.MAX_SAFE_INTEGER] = readPageToken(call) ?? [];
  const isSelected = testOf(call);
  const found: Activity[] = [];
  let more = false;
  for (const activity of audit.before({ at, order })) {
    if (activity.at < from) break;
    if (activity.visibleAt > now() || !isSelected(activity)) continue;
    more = found.length === size;
    if (more) break;
    found.push(activity);
  }
  // Repeating a full page would never advance.
  const repeats = Math.min(settings.auditRepeats, found.length - 1);
  const last = found[found.length - 1 - repeats];
  return {
    kind: 'admin#reports#activities',
    etag: `"${createHash('sha256').update(`${at} ${order} ${found.length}`).digest('base64url')}"`,
    ...(found.length > 0
      ? { items: found.map((activity) => activityResource(call.state, activity)) }
      : {}),
    ...(more && last ? { nextPageToken: writePageToken(call, [last.at, last.order]) } : {}),
  };
}

function windowOf(call: ApiCall): Window {
  const now = call.state.now();
  const from = timeIn(call, 'startTime') ?? now - KEPT_MS;
  const until = timeIn(call, 'endTime') ?? now;
  if (from > now) throw invalid('startTime', 'Start time cannot be in the future.');
  if (from >= until) throw invalid('startTime', 'Start time must be before the end time.');
  if (Math.min(from, until) < now - KEPT_MS) throw tooOld();
  return { from, until };
}

function tooOld(): ApiError {
  const message = 'Start time and end time should be within last 180 days';
  return new ApiError({ status: 400, reason: 'invalid', message });
}

function timeIn({ query }: ApiCall, name: 'startTime' | 'endTime'): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (!isTime) throw invalid(name, `Invalid value '${text}'. It must be an RFC 3339 time.`);
  return Date.parse(text);
}

/** An activity matches if one of its events does; the response includes all its events. */
function testOf({ query, ids }: ApiCall): (activity: Activity) => boolean {
  const [userKey = 'all', application = ''] = ids;
  if (application !== 'drive') throw invalid('applicationName');
  const eventName = query.get('eventName');
  const filters = (query.get('filters') ?? '').split(',').filter((text) => text !== '');
  const conditions = filters.map(readFilter);
  return ({ actor, events }) =>
    (userKey === 'all' || userKey === actor) &&
    events.some(
      ({ name, parameters }) =>
        (eventName === null || eventName === name) &&
        conditions.every(({ parameter, sign, value }) => {
          const found = parameters.find((one) => one.name === parameter);
          const values = found?.multiValue ?? [found?.value ?? String(found?.boolValue ?? '')];
          return values.includes(value) === (sign === '==');
        }),
    );
}

function readFilter(text: string) {
  const [, parameter, sign, value = ''] = FILTER.exec(text) ?? [];
  if (parameter === undefined) throw invalid('filters');
  return { parameter, sign, value };
}

/** Admin SDK, "Reports API: Limits and quotas": the response is 503 above them. */
function takeQuota({ state, query }: ApiCall): void {
  const { callCounts, settings } = state;
  const now = state.now();
  const { reportsPerMinute, filteredReportsPerMinute } = settings;
  const isWithin = callCounts.take({ name: 'reports', perMinute: reportsPerMinute, now });
  const isFiltered = query.has('filters');
  const filtered = { name: 'filtered reports', perMinute: filteredReportsPerMinute, now };
  if (isWithin && (!isFiltered || callCounts.take(filtered))) return;
  const message = 'The service is currently unavailable.';
  throw new ApiError({ status: 503, reason: 'backendError', message });
}

function activityResource({ directory, settings }: WorkspaceState, activity: Activity): Resource {
  const { at, actor, events } = activity;
  return {
    kind: 'admin#reports#activity',
    id: {
      time: new Date(at).toISOString(),
      uniqueQualifier: qualifierOf(activity),
      applicationName: 'drive',
      customerId: settings.customerId,
    },
    etag: `"${qualifierOf(activity)}"`,
    actor: { callerType: 'USER', email: actor, profileId: directory.profileIdOf(actor) },
    ipAddress: '203.0.113.7',
    ownerDomain: domainOf(actor),
    events,
  };
}
