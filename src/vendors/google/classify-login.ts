import { z } from 'zod';
import { isHtml } from '../http/html.ts';
import type { TextResponse } from '../http/http-message.ts';
import { parseJson } from '../http/json.ts';
import { quote } from '../http/quote.ts';
import { retryAfterIn } from '../http/retry-after.ts';
import { isTransientStatus } from '../http/status-codes.ts';
import type { Concern, Failure } from './failure.ts';

/** The facts about a sign-in that decide what its response means. */
export type SignIn = {
  readonly scopes: readonly string[];
  /** epoch milliseconds, for a Retry-After that is a date */
  readonly nowMs: number;
} & (
  | {
      readonly flow: 'service-account';
      readonly subject: string;
      /** the service account's numeric id, if the key file has it */
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

const TRANSIENT_ERRORS = new Set([
  'internal_failure',
  'backend_error',
  'server_error',
  'temporarily_unavailable',
  'rate_limit_exceeded',
]);

/** What a response of the token endpoint without a token means. Pure; messages quote it. */
export function classifyLogin(response: TextResponse, signIn: SignIn): Failure {
  const { status, headers, body } = response;
  const oauth = oauthError.safeParse(parseJson(body)).data;
  if (oauth === undefined) return classifyForeign(response, signIn);
  const { error, error_description: description } = oauth;
  const text = quote([error, description].filter(Boolean).join(': '));
  const as = signIn.flow === 'service-account' ? ` as ${signIn.subject}` : '';
  const message = `Google refused the sign-in${as}: ${text}`;
  if (isTransientStatus(status) || TRANSIENT_ERRORS.has(error)) {
    return { kind: 'retry', message, ...retryAfterIn(headers, signIn.nowMs) };
  }
  if (signIn.flow === 'refresh-token') {
    const hint = refreshHint(text);
    return { kind: 'refused', reason: error, message, concerns: 'everyone', hint };
  }
  if (/\biat\b|reasonable timeframe/i.test(text))
    return { kind: 'clock-off', message, hint: CLOCK };
  return { kind: 'refused', reason: error, message, ...reactionTo(text, signIn) };
}

/** A success without a token. The body is never quoted: it may contain part of one. */
export function classifyNoToken(): Failure {
  return { kind: 'retry', message: 'the Google sign-in returned no token' };
}

type ServiceAccount = Extract<SignIn, { flow: 'service-account' }>;

/**
 * OAuth 2.0 for service accounts, "JWT error codes": invalid_grant means a problem of the user or
 * of the key. unauthorized_client means an ungranted scope or, with the same text, a user of
 * another Workspace.
 */
function reactionTo(text: string, signIn: ServiceAccount): { concerns: Concern; hint: string } {
  if (/account not found|invalid jwt signature|invalid_client|deleted_client/i.test(text)) {
    return { concerns: 'everyone', hint: KEY };
  }
  if (/disabled_client|org_internal|admin_policy_enforced/i.test(text)) {
    return { concerns: 'everyone', hint: POLICY };
  }
  if (/rapt/i.test(text)) return { concerns: 'subject', hint: SESSION_CONTROL };
  if (/^(?:unauthorized_client|access_denied|invalid_scope)/.test(text)) {
    return signIn.granted
      ? { concerns: 'subject', hint: STRANGER }
      : { concerns: 'everyone', hint: delegationHint(signIn) };
  }
  return { concerns: 'subject', hint: USER };
}

function delegationHint({ clientId, scopes }: ServiceAccount): string {
  const client = clientId === undefined ? "the service account's client id" : `client ${clientId}`;
  return (
    'In the Google Admin console, under Security > Access and data control > API controls > ' +
    `Domain-wide delegation, grant ${client} exactly: ${scopes.join(', ')}. ` +
    'It may take an hour to take effect. The user must belong to that Workspace.'
  );
}

function refreshHint(text: string): string {
  if (/rapt/i.test(text)) return `${SESSION_CONTROL} ${AUTHORIZE_AGAIN}`;
  if (/admin_policy_enforced|org_internal|disabled_client|access_denied/i.test(text)) return POLICY;
  if (/^invalid_scope/.test(text)) return USER_SCOPE;
  if (/^(?:invalid_client|unauthorized_client|deleted_client)/.test(text)) {
    return (
      'Check googleDrive.auth.clientId and clientSecret: the refresh token must have been issued ' +
      'to this client (Google Cloud console > APIs & Services > Credentials).'
    );
  }
  return (
    'The refresh token was revoked, has expired (after seven days if the app is in testing), or ' +
    'was issued to another client: have the user authorize again, and set ' +
    'googleDrive.auth.refreshToken.'
  );
}

/** Not Google's own response: from a proxy, or from another server. */
function classifyForeign({ status, headers, body }: TextResponse, { nowMs }: SignIn): Failure {
  const what = isHtml(body) ? 'a web page' : 'no token';
  const message = `the Google sign-in returned status ${status} and ${what}`;
  if (isTransientStatus(status)) return { kind: 'retry', message, ...retryAfterIn(headers, nowMs) };
  return {
    kind: 'refused',
    reason: `HTTP_${status}`,
    message,
    concerns: 'everyone',
    hint: FOREIGN,
  };
}

const KEY =
  'googleDrive.auth.key is not, or no longer, a key of a service account: create a new key (Google ' +
  'Cloud console > IAM & Admin > Service Accounts > Keys) and use it instead.';
const POLICY =
  "The client is switched off, or the Workspace's policy forbids it: check the service account " +
  'in the Google Cloud console and the API controls in the Google Admin console.';
const STRANGER =
  'The scopes are granted, but not for this user: the address must be the primary one of a user ' +
  'of this Workspace.';
const USER =
  'The user is suspended, deleted, or not a user of this Workspace: activate the user in the ' +
  'Google Admin console, or correct the address in the configuration.';
const SESSION_CONTROL =
  'The Workspace ends sessions of apps after some hours (Google Admin console > Security > Access ' +
  'and data control > Google Cloud session control). Exempt this app there as trusted.';
const AUTHORIZE_AGAIN =
  'Then have the user authorize again, and set googleDrive.auth.refreshToken.';
const USER_SCOPE =
  'Have the user authorize the app again with the scope drive.metadata.readonly, and set ' +
  'googleDrive.auth.refreshToken.';
const CLOCK = "Set this machine's clock: it is minutes away from Google's.";
const FOREIGN =
  'This does not look like Google: check googleDrive.endpoint and any proxy between this machine ' +
  'and Google.';
