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

/** Drive guide, "Resolve errors": reasons with the status that they usually come with. */
const KNOWN_ERRORS = {
  userRateLimitExceeded: limit(403, 'User Rate Limit Exceeded.'),
  rateLimitExceeded: limit(403, 'Rate Limit Exceeded.'),
  quotaExceeded: limit(403, "Quota exceeded for quota metric 'Queries'."),
  dailyLimitExceeded: limit(403, 'Daily Limit Exceeded.'),
  accessNotConfigured: limit(403, 'Google Drive API has not been used in this project before.'),
  domainPolicy: fault(403, 'The domain administrators have disabled Drive apps.'),
  insufficientFilePermissions: fault(403, 'The user does not have sufficient permissions.'),
  pageTokenExpired: fault(403, 'The page token has expired.'),
  forbidden: fault(403, 'Not Authorized to access this resource/api'),
  authError: fault(401, 'Invalid Credentials'),
  notFound: fault(404, 'Not Found'),
  gone: fault(410, 'Gone'),
  internalError: fault(500, 'Internal Error'),
  backendError: fault(503, 'Backend Error'),
} as const satisfies Readonly<Record<string, KnownError>>;

/** A refusal on request: it befalls the next calls that fit, then wears off. */
export interface InjectedErrorRule {
  readonly reason: keyof typeof KNOWN_ERRORS;
  /** how many calls; Infinity: all */
  readonly times: number;
  /** default: every method but token */
  readonly method?: MethodName;
  /** email of the user that the call acts as */
  readonly user?: string;
  /** a file or drive that the call is about */
  readonly about?: string;
  /** so many fitting calls go by first */
  readonly skip?: number;
  /** default: the one that the reason usually comes with; rate limits also come as 429 */
  readonly status?: number;
  /** seconds, or a date */
  readonly retryAfter?: string;
}

/** The call as rules see it. */
export interface CallDescription {
  readonly method: MethodName;
  readonly user: string;
  readonly about: string | undefined;
}

export class InjectedErrors {
  #rules: { readonly rule: InjectedErrorRule; fitted: number }[] = [];

  add(rule: InjectedErrorRule): void {
    this.#rules.push({ rule, fitted: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Throws the refusal of the first rule that strikes this call. */
  throwIfMatched(call: CallDescription): void {
    for (const active of this.#rules) {
      const { rule } = active;
      const { skip = 0, times } = rule;
      if (!matches(rule, call) || active.fitted >= skip + times) continue;
      active.fitted += 1;
      if (active.fitted > skip) throw errorOf(rule);
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
  const headers = retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } };
  return new ApiError({ ...known, reason, status: status ?? known.status, ...headers });
}
