import { isHtml } from '../http/html.ts';
import type { TextResponse } from '../http/http-message.ts';
import { retryAfterIn } from '../http/retry-after.ts';
import { isTransientStatus } from '../http/status-codes.ts';
import { type ApiError, apiErrorOf } from './error-body.ts';
import type { Concern, Failure, Service } from './failure.ts';

/** The facts about a request that decide what its response means. */
export interface RequestContext {
  readonly service: Service;
  /** the request had a page token */
  readonly paged: boolean;
  /** of the access token that was used */
  readonly scopes: readonly string[];
  /** epoch milliseconds, for a Retry-After that is a date */
  readonly nowMs: number;
}

interface Facts {
  readonly response: TextResponse;
  readonly context: RequestContext;
  readonly error: ApiError | undefined;
  readonly message: string;
}

/** Drive guide, "Resolve errors"; the newer reasons are those of google.rpc.ErrorInfo. */
const QUOTA_REASONS = new Set([
  'userRateLimitExceeded',
  'userRateLimitExceededUnreg',
  'rateLimitExceeded',
  'rateLimitExceededUnreg',
  'concurrentLimitExceeded',
  'servingLimitExceeded',
  'variableTermLimitExceeded',
  'quotaExceeded',
  'limitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
]);
const DAILY_REASONS = new Set([
  'dailyLimitExceeded',
  'dailyLimitExceededUnreg',
  'variableTermExpiredDailyExceeded',
]);
/** Google's words, if the reason is another one. */
const QUOTA_WORDS = /\b(?:quota|rate limit) exceeded\b/i;
const TRANSIENT_REASONS = new Set([
  'backendError',
  'internalError',
  'transientError',
  'UNAVAILABLE',
]);
/** Ours, for an `authError` of a user without Drive. */
export const SESSION_INVALID = 'activeSessionInvalid';
const GONE_REASONS = new Set(['notFound', 'NOT_FOUND', 'deleted', 'driveNotFound']);
const ITEM_LOCATIONS = new Set(['fileId', 'driveId']);

const API_NAMES: Readonly<Record<Service, string>> = {
  drive: 'Google Drive API',
  reports: 'Admin SDK API',
  directory: 'Admin SDK API',
};

/**
 * What a response with a status from 400 on means. Pure. The message quotes Google, which names
 * ids and quotas.
 */
export function classifyResponse(response: TextResponse, context: RequestContext): Failure {
  const error = apiErrorOf(response.body);
  const message = messageOf(response, error);
  const facts: Facts = { response, context, error, message };
  if (response.status === 401) return classify401(facts);
  const quota = quotaOf(facts);
  if (quota === 'day') {
    const reason = error?.reason ?? '';
    return { kind: 'refused', reason, message, concerns: 'everyone', hint: DAY };
  }
  if (quota !== undefined) return { kind: 'throttled', message, ...quota, ...waitOf(facts) };
  if (isTransient(facts)) return { kind: 'retry', message, ...waitOf(facts) };
  if (isPageTokenLost(facts)) {
    return { kind: 'page-token-lost', message, isCertain: error !== undefined };
  }
  return error === undefined ? classifyForeign(facts) : classifyRefusal(facts, error);
}

/** A 2xx whose body is not the requested JSON: truncated, a web page, anything. */
export function classifyUnreadable(body: unknown): Failure {
  const what = isHtml(body) ? 'a web page' : 'a body that is not the expected JSON, or half of it';
  return { kind: 'retry', message: `Google returned ${what}` };
}

/**
 * Reports returns 401 if the administrator lacks the privilege, and Drive for a user without Drive. A
 * new token does not fix that, and only the text distinguishes it from an expired token.
 */
function classify401({ context, error, message }: Facts): Failure {
  const text = error?.message ?? '';
  if (context.service === 'reports' && /not authorized/i.test(text)) {
    const reason = error?.reason || 'authError';
    return { kind: 'refused', reason, message, concerns: 'everyone', hint: REPORTS_PRIVILEGE };
  }
  if (context.service === 'drive' && /active session is invalid/i.test(text)) {
    const reason = SESSION_INVALID;
    return { kind: 'refused', reason, message, concerns: 'subject', hint: NO_DRIVE };
  }
  return { kind: 'token-expired', message };
}

/**
 * Undefined if no quota is used up. A quota per user counts as one of the project: the other users
 * are next. Reports guide: the response to more than 2,400 queries a minute is a 503.
 */
function quotaOf({
  response,
  context,
  error,
}: Facts): { readonly isCertain: boolean } | 'day' | undefined {
  const { status } = response;
  const reason = error?.reason ?? '';
  if (DAILY_REASONS.has(reason)) return 'day';
  if (status === 503 && context.service === 'reports') return { isCertain: false };
  const isQuota = QUOTA_REASONS.has(reason) || status === 429;
  if (!isQuota && !(status === 403 && QUOTA_WORDS.test(error?.message ?? ''))) return undefined;
  const text = `${error?.quota ?? ''} ${error?.message ?? ''}`;
  return /\/d(?:ay)?\/|per ?day|daily/i.test(text) ? 'day' : { isCertain: true };
}

function isTransient({ response, error }: Facts): boolean {
  return isTransientStatus(response.status) || TRANSIENT_REASONS.has(error?.reason ?? '');
}

/** A web server's own statuses for a URL that it cannot take. Only the token makes it too long. */
const UNUSABLE_URL_STATUSES: ReadonlySet<number> = new Set([400, 413, 414, 431]);

/**
 * Drive returns 400 `invalid` at `pageToken` for a token that it cannot read, and 403, 404 or 410
 * for one that it forgot. A 404 that names the item means that the item is gone. A token that no
 * server takes must not stay on record: each later run would send it again.
 */
function isPageTokenLost({ response: { status }, context, error }: Facts): boolean {
  if (!context.paged) return false;
  if (error?.location !== undefined && ITEM_LOCATIONS.has(error.location)) return false;
  if (status === 404 || status === 410) return true;
  if (error === undefined && UNUSABLE_URL_STATUSES.has(status)) return true;
  if (error?.reason === 'pageTokenExpired') return true;
  const isNamed = error?.location === 'pageToken' || /page.?token/i.test(error?.message ?? '');
  if (isNamed && (status === 400 || status === 403)) return true;
  // The earlier pages of this list were fine: only the token is new.
  return (
    status === 400 &&
    error !== undefined &&
    error.location === undefined &&
    knownRefusal(error.reason, context) === undefined
  );
}

/** Not Google's own response: from a proxy, or from another server. */
function classifyForeign({ response: { status, body }, message }: Facts): Failure {
  return {
    kind: 'refused',
    reason: `HTTP_${status}`,
    message: isHtml(body) ? `${message} and a web page` : message,
    concerns: 'everyone',
    hint: FOREIGN,
  };
}

function classifyRefusal({ response, context, message }: Facts, error: ApiError): Failure {
  const { reason, location } = error;
  const { status } = response;
  if (status === 404 || status === 410 || GONE_REASONS.has(reason)) {
    return { kind: 'not-found', message };
  }
  const known = knownRefusal(reason, context);
  if (known !== undefined) return { kind: 'refused', reason, message, ...known };
  if (status === 403) return { kind: 'refused', reason, message, ...forbidden(context) };
  // An impossible id, from a configuration file or from one of Google's own rows.
  if (location !== undefined && ITEM_LOCATIONS.has(location)) return { kind: 'not-found', message };
  return { kind: 'malformed', message };
}

interface Reaction {
  readonly concerns: Concern;
  readonly hint: string;
}

function knownRefusal(reason: string, context: RequestContext): Reaction | undefined {
  switch (reason) {
    case 'insufficientPermissions':
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return { concerns: 'everyone', hint: scopesHint(context.scopes) };
    case 'accessNotConfigured':
    case 'SERVICE_DISABLED':
      return { concerns: 'everyone', hint: apiHint(API_NAMES[context.service]) };
    case 'domainPolicy':
      return { concerns: 'subject', hint: DRIVE_OFF };
    case 'failedPrecondition':
    case 'FAILED_PRECONDITION':
      return { concerns: 'subject', hint: NO_DRIVE };
    case 'teamDriveMembershipRequired':
      return { concerns: 'subject', hint: MEMBER };
    default:
      return undefined;
  }
}

function forbidden({ service }: RequestContext): Reaction {
  if (service === 'drive') return { concerns: 'item', hint: NO_ACCESS };
  return { concerns: 'everyone', hint: service === 'reports' ? REPORTS_PRIVILEGE : DIRECTORY_ROLE };
}

function waitOf({ response, context, error }: Facts): { readonly retryAfterMs?: number } {
  const retryDelayMs = error?.retryDelayMs;
  return {
    ...(retryDelayMs === undefined ? {} : { retryAfterMs: retryDelayMs }),
    ...retryAfterIn(response.headers, context.nowMs),
  };
}

function messageOf({ status }: TextResponse, error: ApiError | undefined): string {
  if (error === undefined) return `Google returned status ${status}`;
  const reason = error.reason === '' ? `status ${status}` : error.reason;
  return `Google returned ${reason}${error.message === '' ? '' : `: ${error.message}`}`;
}

const DAY =
  "The Google Cloud project's daily quota is used up. Wait until midnight Pacific time, or " +
  'raise it (Google Cloud console > APIs & Services > Quotas).';
const REPORTS_PRIVILEGE =
  'googleDrive.auth.adminSubject may not read the audit log: give that administrator a role with ' +
  'the privilege "Reports" (Google Admin console > Account > Admin roles).';
const DIRECTORY_ROLE =
  'googleDrive.auth.adminSubject may not read the directory: name an administrator whose role ' +
  'has the privileges to read users and domains (Google Admin console > Account > Admin roles).';
const NO_ACCESS =
  'The account that reads this may not see who has access: give it access as an editor, or, on a ' +
  'shared drive, as a content manager. Listing all shared drives requires an administrator.';
const DRIVE_OFF =
  'Drive, or access to it by apps, is switched off for this user (Google Admin console > Apps > ' +
  'Google Workspace > Drive and Docs > Features and Applications).';
const NO_DRIVE =
  'This user has no Drive, or never opened it: give the user a license and Drive in the Google ' +
  'Admin console, or leave the user out of googleDrive.users.';
const MEMBER =
  'The account is not a member of this shared drive: in googleDrive.sharedDrives, name a member ' +
  'with write access.';
const FOREIGN =
  'This does not look like Google: check googleDrive.endpoint (https://www.googleapis.com) and ' +
  'any proxy between this machine and Google.';

function scopesHint(scopes: readonly string[]): string {
  return `The access token lacks a scope: grant ${scopes.join(' and ')}, and authorize again.`;
}

function apiHint(name: string): string {
  return (
    `Enable the ${name} in the Google Cloud project that the credentials belong to ` +
    '(Google Cloud console > APIs & Services > Library), and wait a few minutes.'
  );
}
