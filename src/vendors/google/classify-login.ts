import { z } from 'zod';
import { isHtml, parseJson, quoted, retryAfterMsOf } from './error-body.ts';
import type { Concern, FailedResponse, Failure } from './failure.ts';

/** Who asked for a token, and for what. */
export type SignIn = {
  readonly scopes: readonly string[];
  /** epoch milliseconds, for a Retry-After that is a date */
  readonly nowMs: number;
} & (
  | {
      readonly flow: 'service-account';
      readonly subject: string;
      /** the service account's numeric id, where the key file has it */
      readonly clientId?: string;
      /** the same scopes were granted for another subject */
      readonly granted: boolean;
    }
  | { readonly flow: 'refresh-token' }
);

const oauthError = z.object({
  error: z.string(),
  error_description: z.string().optional().catch(undefined),
});

const PASSING_ERRORS = new Set([
  'internal_failure',
  'backend_error',
  'server_error',
  'temporarily_unavailable',
  'rate_limit_exceeded',
]);

/** What a token endpoint's answer other than a token means. Pure; messages quote its words. */
export function classifyLogin(answer: FailedResponse, applicant: SignIn): Failure {
  const oauth = oauthError.safeParse(parseJson(answer.body)).data;
  if (oauth === undefined) return classifyForeign(answer, applicant);
  const words = quoted([oauth.error, oauth.error_description].filter(Boolean).join(': '));
  const whom = applicant.flow === 'service-account' ? ` as ${applicant.subject}` : '';
  const message = `Google refused the sign-in${whom}: ${words}`;
  const passing = answer.status >= 500 || answer.status === 429 || PASSING_ERRORS.has(oauth.error);
  if (passing) return retry(answer, message, applicant.nowMs);
  if (applicant.flow === 'refresh-token') {
    const hint = refreshHint(words);
    return { kind: 'refused', reason: oauth.error, message, concerns: 'everyone', hint };
  }
  if (/\biat\b|reasonable timeframe/i.test(words))
    return { kind: 'clock-off', message, hint: CLOCK };
  return { kind: 'refused', reason: oauth.error, message, ...reaction(words, applicant) };
}

/** An answer with a good status that holds no token. Never quoted: it may hold half of one. */
export function classifyNoToken(): Failure {
  return { kind: 'retry', message: 'the Google sign-in answered without a token' };
}

type ServiceAccount = Extract<SignIn, { flow: 'service-account' }>;

/**
 * OAuth 2.0 for service accounts, "JWT error codes": invalid_grant stands for the user's troubles
 * and for the key's; unauthorized_client for a scope that was not granted and, with the same
 * words, for a user of another Workspace.
 */
function reaction(words: string, applicant: ServiceAccount): { concerns: Concern; hint: string } {
  if (/account not found|invalid jwt signature|invalid_client|deleted_client/i.test(words)) {
    return { concerns: 'everyone', hint: KEY };
  }
  if (/disabled_client|org_internal|admin_policy_enforced/i.test(words)) {
    return { concerns: 'everyone', hint: POLICY };
  }
  if (/^(?:unauthorized_client|access_denied|invalid_scope)/.test(words)) {
    return applicant.granted
      ? { concerns: 'subject', hint: STRANGER }
      : { concerns: 'everyone', hint: delegationHint(applicant) };
  }
  return { concerns: 'subject', hint: USER };
}

function delegationHint({ clientId, scopes }: ServiceAccount): string {
  const client = clientId === undefined ? "the service account's client id" : `client ${clientId}`;
  return (
    'In the Google Admin console, under Security > Access and data control > API controls > ' +
    `Domain-wide delegation, grant ${client} exactly: ${scopes.join(', ')}. ` +
    'It may take an hour to hold. The user must belong to that Workspace.'
  );
}

function refreshHint(words: string): string {
  if (/^(?:invalid_client|unauthorized_client|deleted_client|disabled_client)/.test(words)) {
    return (
      'Check googleDrive.auth.clientId and clientSecret: the refresh token must have been given ' +
      'to this very client (Google Cloud console > APIs & Services > Credentials).'
    );
  }
  return (
    'The refresh token was revoked, ran out (after seven days where the app is in testing) or was ' +
    'not for this client: have the user authorise again, and set googleDrive.auth.refreshToken.'
  );
}

function classifyForeign(answer: FailedResponse, { nowMs }: SignIn): Failure {
  const what = isHtml(answer.body) ? 'a web page' : 'no token';
  const message = `the Google sign-in answered with status ${answer.status} and ${what}`;
  if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) {
    return retry(answer, message, nowMs);
  }
  const reason = `HTTP_${answer.status}`;
  return { kind: 'refused', reason, message, concerns: 'everyone', hint: FOREIGN };
}

function retry(answer: FailedResponse, message: string, nowMs: number): Failure {
  const retryAfterMs = retryAfterMsOf(answer.headers, nowMs);
  return { kind: 'retry', message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const KEY =
  'googleDrive.auth.key is not (any more) a key of a service account: create a new key (Google ' +
  'Cloud console > IAM & Admin > Service Accounts > Keys) and put it in its place.';
const POLICY =
  "The client is switched off, or the Workspace's policy forbids it: look at the service account " +
  'in the Google Cloud console and at API controls in the Google Admin console.';
const STRANGER =
  'The scopes are granted, but not for this user: the address must be the primary one of a user ' +
  'of this Workspace.';
const USER =
  'The user is suspended, deleted, or not a user of this Workspace: activate the user in the ' +
  'Google Admin console, or correct the address in the configuration.';
const CLOCK = "Set this machine's clock: it is minutes away from Google's.";
const FOREIGN =
  'This does not look like Google: check googleDrive.endpoint, and what stands between this ' +
  'machine and Google.';
