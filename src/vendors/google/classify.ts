import { type ApiError, apiErrorOf, isHtml, retryAfterMsOf } from './error-body.ts';
import type { Concern, FailedResponse, Failure, QuotaHolder, Service } from './failure.ts';

/** What was asked, as far as it decides what an answer means. */
export interface RequestContext {
  readonly service: Service;
  /** the request went on from a page token */
  readonly paged: boolean;
  /** of the access token that was used */
  readonly scopes: readonly string[];
  /** epoch milliseconds, for a Retry-After that is a date */
  readonly nowMs: number;
}

/** Drive guide, "Resolve errors"; the newer words are google.rpc.ErrorInfo's. */
const QUOTA_REASONS: Readonly<Record<string, QuotaHolder>> = {
  userRateLimitExceeded: 'subject',
  rateLimitExceeded: 'service',
  quotaExceeded: 'service',
  RATE_LIMIT_EXCEEDED: 'service',
  RESOURCE_EXHAUSTED: 'service',
};
const DAILY_REASONS = new Set(['dailyLimitExceeded', 'dailyLimitExceededUnreg']);
const PASSING_REASONS = new Set(['backendError', 'internalError', 'transientError', 'UNAVAILABLE']);
const PASSING_STATUSES = new Set([408, 425]);
const GONE_REASONS = new Set(['notFound', 'NOT_FOUND', 'deleted', 'driveNotFound']);
const ITEM_LOCATIONS = new Set(['fileId', 'driveId']);

const API_NAMES: Readonly<Record<Service, string>> = {
  drive: 'Google Drive API',
  reports: 'Admin SDK API',
  directory: 'Admin SDK API',
};

/**
 * What an answer with a status from 400 on means. Pure; the message quotes Google's words, which
 * name ids and quotas.
 */
export function classifyResponse(answer: FailedResponse, asked: RequestContext): Failure {
  const error = apiErrorOf(answer.body);
  const message = refusalOf(answer, error);
  if (answer.status === 401) return classify401({ asked, error, message });
  const quota = quotaOf(answer, { error, asked });
  if (quota === 'day') {
    return {
      kind: 'refused',
      reason: error?.reason ?? '',
      message,
      concerns: 'everyone',
      hint: DAY,
    };
  }
  const wait = waitOf(answer, { error, asked });
  if (quota !== undefined) {
    return { kind: 'throttled', message, ...quota, ...wait };
  }
  if (isPassing(answer, error)) return { kind: 'retry', message, ...wait };
  if (asked.paged && isTokenLost(answer, { error, asked }))
    return { kind: 'page-token-lost', message };
  return error === undefined
    ? classifyForeign(answer, message)
    : classifyRefusal({ answer, asked, error, message });
}

/** A 2xx whose body is not what was asked for: cut, a web page, anything. */
export function classifyUnreadable(body: unknown): Failure {
  const isPage = typeof body === 'string' && isHtml(body);
  const what = isPage ? 'a web page' : 'something that is not its JSON, or half of it';
  return { kind: 'retry', message: `Google answered with ${what}` };
}

interface Refusal {
  readonly asked: RequestContext;
  readonly error: ApiError | undefined;
  readonly message: string;
}

/**
 * Reports answers 401 where the administrator lacks the privilege: no new token mends that, and
 * its words are all that tells it from a token that ran out.
 */
function classify401({ asked, error, message }: Refusal): Failure {
  const lasting = asked.service === 'reports' && /not authorized/i.test(error?.message ?? '');
  if (!lasting) return { kind: 'token-expired', message };
  return {
    kind: 'refused',
    reason: error?.reason || 'authError',
    message,
    concerns: 'everyone',
    hint: REPORTS_PRIVILEGE,
  };
}

/** Reports guide: more than 2,400 queries a minute are answered with 503. */
function quotaOf(
  { status }: FailedResponse,
  { error, asked }: Pick<Refusal, 'error' | 'asked'>,
): { readonly holder: QuotaHolder; readonly perMinute: boolean } | 'day' | undefined {
  const reason = error?.reason ?? '';
  if (DAILY_REASONS.has(reason)) return 'day';
  if (status === 503 && asked.service === 'reports') return { holder: 'service', perMinute: true };
  const holder = QUOTA_REASONS[reason] ?? (status === 429 ? 'service' : undefined);
  if (holder === undefined) return undefined;
  const said = `${error?.quotaUnit ?? ''} ${error?.message ?? ''}`;
  if (/\/d(?:ay)?\/|\bper day\b|daily/i.test(said)) return 'day';
  const perUser = /\/\{user\}|\bper user\b/i.test(said);
  const perMinute = /\/min\/|\bper minute\b/i.test(said);
  return { holder: perUser ? 'subject' : holder, perMinute };
}

function isPassing({ status }: FailedResponse, error: ApiError | undefined): boolean {
  return status >= 500 || PASSING_STATUSES.has(status) || PASSING_REASONS.has(error?.reason ?? '');
}

/**
 * Drive answers 400 `invalid` at `pageToken` to a token that it cannot read; 403, 404 and 410
 * stand for one that it forgot. A 404 that names the item says that the item is gone.
 */
function isTokenLost(
  { status }: FailedResponse,
  { error, asked }: Pick<Refusal, 'error' | 'asked'>,
): boolean {
  if (error?.location !== undefined && ITEM_LOCATIONS.has(error.location)) return false;
  if (status === 404 || status === 410) return true;
  if (error?.reason === 'pageTokenExpired') return true;
  const named = error?.location === 'pageToken' || /page.?token/i.test(error?.message ?? '');
  if (named && (status === 400 || status === 403)) return true;
  // Of a list that went well before, the token is all that is new.
  return (
    status === 400 &&
    error !== undefined &&
    error.location === undefined &&
    knownRefusal(error.reason, asked) === undefined
  );
}

/** Not Google's own answer: something stands between, or the address is wrong. */
function classifyForeign({ status, body }: FailedResponse, message: string): Failure {
  return {
    kind: 'refused',
    reason: `HTTP_${status}`,
    message: isHtml(body) ? `${message} and a web page` : message,
    concerns: 'everyone',
    hint: FOREIGN,
  };
}

function classifyRefusal(refusal: {
  readonly answer: FailedResponse;
  readonly asked: RequestContext;
  readonly error: ApiError;
  readonly message: string;
}): Failure {
  const { answer, asked, error, message } = refusal;
  const { reason, location } = error;
  if (answer.status === 404 || answer.status === 410 || GONE_REASONS.has(reason)) {
    return { kind: 'not-found', message };
  }
  const known = knownRefusal(reason, asked);
  if (known !== undefined) return { kind: 'refused', reason, message, ...known };
  if (answer.status === 403) return { kind: 'refused', reason, message, ...forbidden(asked) };
  // An id that cannot be one, from a configuration file or a row of Google's own.
  if (location !== undefined && ITEM_LOCATIONS.has(location)) return { kind: 'not-found', message };
  return { kind: 'malformed', message };
}

interface Reaction {
  readonly concerns: Concern;
  readonly hint?: string;
}

function knownRefusal(reason: string, asked: RequestContext): Reaction | undefined {
  switch (reason) {
    case 'insufficientPermissions':
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return { concerns: 'everyone', hint: scopesHint(asked.scopes) };
    case 'accessNotConfigured':
    case 'SERVICE_DISABLED':
      return { concerns: 'everyone', hint: apiHint(API_NAMES[asked.service]) };
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

function waitOf(
  answer: FailedResponse,
  { error, asked }: Pick<Refusal, 'error' | 'asked'>,
): { readonly retryAfterMs?: number } {
  const retryAfterMs = retryAfterMsOf(answer.headers, asked.nowMs) ?? error?.retryDelayMs;
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function refusalOf({ status }: FailedResponse, error: ApiError | undefined): string {
  if (error === undefined) return `Google answered with status ${status}`;
  const reason = error.reason === '' ? `status ${status}` : error.reason;
  return `Google answered ${reason}${error.message === '' ? '' : `: ${error.message}`}`;
}

const DAY =
  "The Google Cloud project's quota of a day is used up. Wait until midnight Pacific time, or " +
  'raise it (Google Cloud console > APIs & Services > Quotas).';
const REPORTS_PRIVILEGE =
  'googleDrive.auth.adminSubject may not read the audit log: give that administrator a role with ' +
  'the privilege "Reports" (Google Admin console > Account > Admin roles).';
const DIRECTORY_ROLE =
  'googleDrive.auth.adminSubject may not read the directory: name an administrator whose role ' +
  'has the privileges to read users and domains (Google Admin console > Account > Admin roles).';
const NO_ACCESS =
  'The account that reads this may not see who has access: give it access as an editor, or, on a ' +
  'shared drive, as a content manager; listing all shared drives takes an administrator.';
const DRIVE_OFF =
  'Drive, or access to it by apps, is switched off for this user (Google Admin console > Apps > ' +
  'Google Workspace > Drive and Docs > Features and Applications).';
const NO_DRIVE =
  'This user has no Drive, or never opened it: give the user a licence and Drive in the Google ' +
  'Admin console, or leave the user out of googleDrive.users.';
const MEMBER =
  'The account is no member of this shared drive: name one in googleDrive.sharedDrives who may ' +
  'write there.';
const FOREIGN =
  'This does not look like Google: check googleDrive.endpoint (https://www.googleapis.com) and ' +
  'what stands between this machine and Google.';

function scopesHint(scopes: readonly string[]): string {
  return `The access lacks a scope: grant ${scopes.join(' and ')}, and authorise again.`;
}

function apiHint(name: string): string {
  return (
    `Enable the ${name} in the Google Cloud project that the credentials belong to ` +
    '(Google Cloud console > APIs & Services > Library), and wait a few minutes.'
  );
}
