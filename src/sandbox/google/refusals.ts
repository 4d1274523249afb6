import { Refusal } from './answers.ts';
import type { MethodName } from './usage.ts';

interface Known {
  readonly status: number;
  readonly domain: string;
  readonly message: string;
}

const limit = (status: number, message: string): Known => ({
  status,
  domain: 'usageLimits',
  message,
});
const fault = (status: number, message: string): Known => ({ status, domain: 'global', message });

/** Drive guide, "Resolve errors": reasons with the status that they usually come with. */
const KNOWN = {
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
} as const satisfies Readonly<Record<string, Known>>;

/** A refusal on request: it befalls the next calls that fit, then wears off. */
export interface RefusalRule {
  readonly reason: keyof typeof KNOWN;
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
export interface AskedCall {
  readonly method: MethodName;
  readonly user: string;
  readonly about: string | undefined;
}

export class Refusals {
  #rules: { readonly rule: RefusalRule; fitted: number }[] = [];

  add(rule: RefusalRule): void {
    this.#rules.push({ rule, fitted: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Throws the refusal of the first rule that strikes this call. */
  strike(call: AskedCall): void {
    for (const active of this.#rules) {
      const { rule } = active;
      const { skip = 0, times } = rule;
      if (!fits(rule, call) || active.fitted >= skip + times) continue;
      active.fitted += 1;
      if (active.fitted > skip) throw refusalOf(rule);
    }
  }
}

function fits({ method, user, about }: RefusalRule, call: AskedCall): boolean {
  return (
    (method ?? call.method) === call.method &&
    (user ?? call.user) === call.user &&
    (about === undefined || about === call.about)
  );
}

function refusalOf({ reason, status, retryAfter }: RefusalRule): Refusal {
  const known = KNOWN[reason];
  const headers = retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } };
  return new Refusal({ ...known, reason, status: status ?? known.status, ...headers });
}
