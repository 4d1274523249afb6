import type { MethodName } from './call-counts.ts';
import { ApiError } from './responses.ts';

interface KnownError {
  readonly status: number;
  readonly domain: string;
  readonly message: string;
}

const limit = (status: number, message: string): KnownError => ({
  status,
  domain: 'usageLimits',
  message,
});
const fault = (status: number, message: string): KnownError => ({
  status,
  domain: 'global',
  message,
});

/** Drive guide, "Resolve errors": the reasons with their usual status. */
const KNOWN_ERRORS = {
  userRateLimitExceeded: limit(
    403,
    'User Rate Limit Exceeded. Rate of requests for user exceed configured project quota, you may ' +
      'consider re-evaluating expected per-user traffic to the API and adjust project quota limits ' +
      'accordingly.',
  ),
  rateLimitExceeded: limit(403, 'Rate Limit Exceeded.'),
  quotaExceeded: limit(403, "Quota exceeded for quota metric 'Queries'."),
  dailyLimitExceeded: limit(403, 'Daily Limit Exceeded.'),
  accessNotConfigured: limit(403, 'Google Drive API has not been used in this project before.'),
  domainPolicy: fault(403, 'The domain administrators have disabled Drive apps.'),
  insufficientFilePermissions: fault(403, 'The user does not have sufficient permissions.'),
  pageTokenExpired: fault(403, 'The page token has expired.'),
  forbidden: fault(403, 'Not Authorized to access this resource/api'),
  authError: fault(401, 'Invalid Credentials'),
  /** a user without Drive */
  activeSessionInvalid: fault(401, 'Active session is invalid. Error code: 4'),
  notFound: fault(404, 'Not Found'),
  gone: fault(410, 'Gone'),
  internalError: fault(500, 'Internal Error'),
  backendError: fault(503, 'Backend Error'),
} as const satisfies Readonly<Record<string, KnownError>>;

/** An error that the next matching calls return. */
export interface InjectedErrorRule {
  readonly reason: keyof typeof KNOWN_ERRORS;
  /** number of calls to fail; Infinity: all */
  readonly times: number;
  /** default: every method except token */
  readonly method?: MethodName;
  /** email of the user that the call acts as */
  readonly user?: string;
  /** ID of a file or drive in the call */
  readonly about?: string;
  /** number of matching calls that succeed first */
  readonly skip?: number;
  /** default: the usual status of the reason; rate limits can also be 429 */
  readonly status?: number;
  /** seconds, or a date */
  readonly retryAfter?: string;
}

/** The properties of a call that rules compare. */
export interface CallDescription {
  readonly method: MethodName;
  readonly user: string;
  readonly about: string | undefined;
}

export class InjectedErrors {
  #rules: { readonly rule: InjectedErrorRule; matched: number }[] = [];

  add(rule: InjectedErrorRule): void {
    this.#rules.push({ rule, matched: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Throws the error of the first matching rule, if any. */
  throwIfMatched(call: CallDescription): void {
    for (const active of this.#rules) {
      const { rule } = active;
      const { skip = 0, times } = rule;
      if (!matches(rule, call) || active.matched >= skip + times) continue;
      active.matched += 1;
      if (active.matched > skip) throw errorOf(rule);
    }
  }
}

function matches({ method, user, about }: InjectedErrorRule, call: CallDescription): boolean {
  return (
    (method ?? call.method) === call.method &&
    (user ?? call.user) === call.user &&
    (about === undefined || about === call.about)
  );
}

function errorOf({ reason, status, retryAfter }: InjectedErrorRule): ApiError {
  const known = KNOWN_ERRORS[reason];
  const sent = reason === 'activeSessionInvalid' ? 'authError' : reason;
  const headers = retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } };
  return new ApiError({ ...known, reason: sent, status: status ?? known.status, ...headers });
}
