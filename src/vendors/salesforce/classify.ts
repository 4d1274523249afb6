import { z } from 'zod';
import { isHtml } from '../http/html.ts';
import type { ResponseHead } from '../http/http-message.ts';
import { parseJson } from '../http/json.ts';
import { quote } from '../http/quote.ts';
import { retryAfterIn } from '../http/retry-after.ts';
import { isTransientStatus } from '../http/status-codes.ts';
import type { FailedResponse, Failure } from './failure.ts';

const errorList = z.array(z.object({ errorCode: z.string(), message: z.string() })).min(1);

interface ApiError {
  readonly code: string;
  readonly message: string;
}

/** REST and SOAP guides, status codes: temporary failures of the server. */
const TRANSIENT_CODES = new Set([
  'QUERY_TIMEOUT',
  'REQUEST_RUNNING_TOO_LONG',
  'SERVER_UNAVAILABLE',
  'UNABLE_TO_LOCK_ROW',
  'UNKNOWN_EXCEPTION',
]);

/** Only a wrong request causes these. */
const MALFORMED_CODES = new Set([
  'MALFORMED_QUERY',
  'MALFORMED_ID',
  'INVALID_QUERY_FILTER_OPERATOR',
]);
const MALFORMED_STATUSES = new Set([405, 413, 414, 415, 431]);

/** The org has moved to another instance: a new login returns the new address. */
const MOVED_CODES = new Set(['URL_NOT_RESET', 'ORG_NOT_OWNED_BY_INSTANCE', 'INVALID_SERVER_URL']);

/** The message of a 401 that a new access token does not fix. */
const PERMANENT_401 = ['not valid for use with the REST API', 'not attached to Agent'];

const SEE_OBJECTS =
  'Give the integration user read access to the object (permission set > Object Settings).';
const SEE_FIELDS =
  'Give the integration user read access to the field ' +
  '(permission set > Object Settings > Field Permissions).';
export const API_ENABLED =
  'The org or the integration user lacks the API: use an edition with API access and the ' +
  'permission "API Enabled".';
const CHECK_LOGIN_URL =
  "Check that salesforce.loginUrl is the org's My Domain (https://NAME.my.salesforce.com) and " +
  'that the org still exists.';

const ORG_INACTIVE = 'The Salesforce org is not active: ask its administrator.';

const HINTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    INVALID_TYPE: SEE_OBJECTS,
    INVALID_FIELD: SEE_FIELDS,
    INSUFFICIENT_ACCESS: SEE_OBJECTS,
    INSUFFICIENT_ACCESS_OR_READONLY: SEE_OBJECTS,
    API_DISABLED_FOR_ORG: API_ENABLED,
    API_CURRENTLY_DISABLED: API_ENABLED,
    NOT_FOUND: 'Check salesforce.apiVersion: the org does not support that version.',
    FUNCTIONALITY_NOT_ENABLED:
      'The message names a feature that the org has not enabled. For content deliveries, use Setup > ' +
      'Content Deliveries and Public Links, or set salesforce.contentDistributions: false.',
    OPERATION_TOO_LARGE:
      'Salesforce checks the access to too many records for this user: give the integration user ' +
      'the permissions "View All Data" and "Query All Files".',
    CLIENT_NOT_ACCESSIBLE_FOR_USER:
      "Pre-authorize the integration user in the app's OAuth policies (profile or permission set).",
    INVALID_OPERATION_WITH_EXPIRED_PASSWORD:
      'The password of the integration user has expired: reset it, and set "Password Never Expires".',
    LOGIN_DURING_RESTRICTED_TIME:
      "Change the login hours of the integration user's profile, or the schedule.",
    LOGIN_DURING_RESTRICTED_DOMAIN:
      "Add this machine's address to the login IP ranges of the integration user's profile.",
    ORG_LOCKED: ORG_INACTIVE,
    TRIAL_EXPIRED: ORG_INACTIVE,
    UNSUPPORTED_API_VERSION: 'Raise salesforce.apiVersion: Salesforce retired that version.',
  }),
);

const DAILY_LIMIT_HINT =
  "All integrations together have used the org's API calls of the last 24 hours. Wait, or see " +
  'Setup > System Overview and buy more calls.';

/**
 * What a response with a status from 400 on means. `nowMs` (epoch milliseconds) is needed for a
 * Retry-After that is a date. Pure. Messages quote Salesforce but never the query, whose literals
 * are people's addresses.
 */
export function classifyResponse(response: FailedResponse, nowMs: number): Failure {
  const { status } = response;
  const error = apiErrorOf(response.body);
  const message = messageOf(error, status);
  if (status === 401) return classify401(response, error);
  if (error?.code === 'REQUEST_LIMIT_EXCEEDED') {
    // REST guide: the same code means the daily limit or too many long requests at once.
    return /concurrent/i.test(error.message)
      ? retryLater(response, message, nowMs)
      : { kind: 'refused', code: error.code, message, hint: DAILY_LIMIT_HINT };
  }
  const isTransient = error !== undefined && TRANSIENT_CODES.has(error.code);
  if (isTransient || isTransientStatus(status)) return retryLater(response, message, nowMs);
  return error === undefined ? classifyForeign(response) : classifyRefusal(error, message);
}

/** A 2xx whose body is not the requested JSON: truncated, a web page, anything. */
export function classifyUnreadable(body: unknown): Failure {
  const what = isHtml(body) ? 'a web page' : 'a body that is not the expected JSON, or half of it';
  return { kind: 'retry', message: `Salesforce returned ${what}` };
}

export function retryLater({ headers }: ResponseHead, message: string, nowMs: number): Failure {
  return { kind: 'retry', message, ...retryAfterIn(headers, nowMs) };
}

function classify401({ status, body }: FailedResponse, error: ApiError | undefined): Failure {
  const text = error?.message ?? String(body);
  const message = messageOf(error, status);
  if (!PERMANENT_401.some((words) => text.includes(words))) {
    return { kind: 'session-expired', message };
  }
  return {
    kind: 'refused',
    code: error?.code ?? 'INVALID_SESSION_ID',
    message,
    hint: 'Give the app the OAuth scope "Manage user data via APIs (api)".',
  };
}

function classifyRefusal({ code }: ApiError, message: string): Failure {
  if (MOVED_CODES.has(code)) return { kind: 'session-expired', message, hint: CHECK_LOGIN_URL };
  if (code === 'INVALID_QUERY_LOCATOR') return { kind: 'locator-lost', message };
  if (MALFORMED_CODES.has(code)) return { kind: 'malformed', message };
  const hint = HINTS.get(code);
  return { kind: 'refused', code, message, ...(hint === undefined ? {} : { hint }) };
}

/** Not Salesforce's own response: from a proxy, or from another server. */
function classifyForeign({ status, body }: FailedResponse): Failure {
  const message = messageOf(undefined, status);
  // A web page comes from a firewall or gateway in between, whose limits are not our bug.
  if (MALFORMED_STATUSES.has(status) && !isHtml(body)) return { kind: 'malformed', message };
  return {
    kind: 'refused',
    code: `HTTP_${status}`,
    message: isHtml(body) ? `${message} and a web page` : message,
    hint: CHECK_LOGIN_URL,
  };
}

function messageOf(error: ApiError | undefined, status: number): string {
  if (error === undefined) return `Salesforce returned status ${status}`;
  return `Salesforce returned ${error.code}: ${withoutQuery(error.message)}`;
}

/** Query errors repeat part of the query up to `ERROR at Row:1:Column:2`; the reason follows. */
function withoutQuery(message: string): string {
  return quote(message.replace(/^[\s\S]*ERROR at Row:\d+:Column:\d+/, ''));
}

function apiErrorOf(body: unknown): ApiError | undefined {
  const parsed = errorList.safeParse(typeof body === 'string' ? parseJson(body) : body);
  const first = parsed.data?.[0];
  return first === undefined ? undefined : { code: first.errorCode, message: first.message };
}
