import { z } from 'zod';
import type { FailedResponse, Failure } from './failure.ts';
import { SALESFORCE_LIMITS } from './limits.ts';

const errorList = z.array(z.object({ errorCode: z.string(), message: z.string() })).min(1);

interface ApiError {
  readonly code: string;
  readonly message: string;
}

/** REST and SOAP guides, status codes: trouble of the server's or of the moment. */
const TRANSIENT_CODES = new Set([
  'QUERY_TIMEOUT',
  'REQUEST_RUNNING_TOO_LONG',
  'SERVER_UNAVAILABLE',
  'UNABLE_TO_LOCK_ROW',
  'UNKNOWN_EXCEPTION',
]);

/** 408 and 425 ask for another try as they stand; 429 is a proxy's, Salesforce itself says 403. */
const TRANSIENT_STATUSES = new Set([408, 425, 429]);

/** What only a wrong request can cause. */
const MALFORMED_CODES = new Set([
  'MALFORMED_QUERY',
  'MALFORMED_ID',
  'INVALID_QUERY_FILTER_OPERATOR',
]);
const MALFORMED_STATUSES = new Set([405, 413, 414, 415, 431]);

/** A 401 that no new access token mends, by words of its message. */
const LASTING_401 = ['not valid for use with the REST API', 'not attached to Agent'];

const SEE_OBJECTS =
  'Give the integration user read access to the object (permission set > Object Settings).';
const SEE_FIELDS =
  'Give the integration user read access to the field ' +
  '(permission set > Object Settings > Field Permissions).';
const API_ENABLED =
  'The org or the integration user lacks the API: use an edition with API access and the ' +
  'permission "API Enabled".';
const CHECK_LOGIN_URL =
  "Check that salesforce.loginUrl is the org's My Domain (https://NAME.my.salesforce.com) and " +
  'that the org is still there.';

const HINTS: Readonly<Record<string, string>> = {
  INVALID_TYPE: SEE_OBJECTS,
  INVALID_FIELD: SEE_FIELDS,
  INSUFFICIENT_ACCESS: SEE_OBJECTS,
  INSUFFICIENT_ACCESS_OR_READONLY: SEE_OBJECTS,
  API_DISABLED_FOR_ORG: API_ENABLED,
  API_CURRENTLY_DISABLED: API_ENABLED,
  NOT_FOUND: 'Check salesforce.apiVersion: the org may not have that version (yet, or any more).',
  UNSUPPORTED_API_VERSION: 'Raise salesforce.apiVersion: Salesforce retired that version.',
};

const DAILY_LIMIT_HINT =
  "The org's API calls of the last 24 hours are used up, by all integrations together. Wait, " +
  'or look at Setup > System Overview and buy more calls.';

/**
 * What an answer with a status from 400 on means. `nowMs` (epoch milliseconds) is needed for a
 * Retry-After that is a date. Pure; messages quote Salesforce's words but never the query, whose
 * literals are people's addresses.
 */
export function classifyResponse(answer: FailedResponse, nowMs: number): Failure {
  const error = apiErrorOf(answer.body);
  if (answer.status === 401) return classify401(answer, error);
  if (error?.code === 'REQUEST_LIMIT_EXCEEDED') return classifyLimit(answer, error, nowMs);
  const transient =
    answer.status >= 500 ||
    TRANSIENT_STATUSES.has(answer.status) ||
    (error !== undefined && TRANSIENT_CODES.has(error.code));
  if (transient) return retry(answer, error, nowMs);
  return error === undefined ? classifyForeign(answer) : classifyRefusal(error);
}

/** A 2xx whose body is not what was asked for: cut, a web page, anything. */
export function classifyUnreadable(body: unknown): Failure {
  const what = isHtml(body) ? 'a web page' : 'something that is not its JSON, or half of it';
  return { kind: 'retry', message: `Salesforce answered with ${what}` };
}

/** Milliseconds until the moment that a Retry-After header names, in seconds or as a date. */
export function retryAfterMsOf(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

export function isHtml(body: unknown): boolean {
  return typeof body === 'string' && /^\s*<(?:!doctype|html|head|body|!--)/i.test(body);
}

function classify401(answer: FailedResponse, error: ApiError | undefined): Failure {
  const message = error?.message ?? String(answer.body);
  if (LASTING_401.some((words) => message.includes(words))) {
    return {
      kind: 'refused',
      code: error?.code ?? 'INVALID_SESSION_ID',
      message: refusalOf(error, answer.status),
      hint: 'Give the app the OAuth scope "Manage user data via APIs (api)".',
    };
  }
  return { kind: 'session-expired', message: refusalOf(error, answer.status) };
}

/** REST guide: the same code stands for the day's calls and for too many long ones at once. */
function classifyLimit(answer: FailedResponse, error: ApiError, nowMs: number): Failure {
  if (/concurrent/i.test(error.message)) return retry(answer, error, nowMs);
  return {
    kind: 'refused',
    code: error.code,
    message: refusalOf(error, answer.status),
    hint: DAILY_LIMIT_HINT,
  };
}

function classifyRefusal(error: ApiError): Failure {
  const message = refusalOf(error, 400);
  if (error.code === 'INVALID_QUERY_LOCATOR') return { kind: 'locator-lost', message };
  if (MALFORMED_CODES.has(error.code)) return { kind: 'malformed', message };
  const hint = HINTS[error.code];
  return { kind: 'refused', code: error.code, message, ...(hint === undefined ? {} : { hint }) };
}

function classifyForeign(answer: FailedResponse): Failure {
  const message = refusalOf(undefined, answer.status);
  if (MALFORMED_STATUSES.has(answer.status)) return { kind: 'malformed', message };
  return {
    kind: 'refused',
    code: `HTTP_${answer.status}`,
    message: isHtml(answer.body) ? `${message} and a web page` : message,
    hint: CHECK_LOGIN_URL,
  };
}

function retry(answer: FailedResponse, error: ApiError | undefined, nowMs: number): Failure {
  const retryAfterMs = retryAfterMsOf(answer.headers, nowMs);
  const message = refusalOf(error, answer.status);
  return { kind: 'retry', message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function refusalOf(error: ApiError | undefined, status: number): string {
  if (error === undefined) return `Salesforce answered with status ${status}`;
  return `Salesforce answered ${error.code}: ${withoutQuery(error.message)}`;
}

/** Query errors repeat a part of the query up to `ERROR at Row:1:Column:2`; what follows is why. */
function withoutQuery(message: string): string {
  const reason = message.replace(/^[\s\S]*ERROR at Row:\d+:Column:\d+/, '');
  return reason.replace(/\s+/g, ' ').trim().slice(0, SALESFORCE_LIMITS.quotedCharactersMax);
}

function apiErrorOf(body: unknown): ApiError | undefined {
  const parsed = errorList.safeParse(typeof body === 'string' ? parseJson(body) : body);
  const first = parsed.data?.[0];
  return first === undefined ? undefined : { code: first.errorCode, message: first.message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer too: the status decides then.
    return undefined;
  }
}
