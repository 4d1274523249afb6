import { z } from 'zod';
import { isHtml } from '../http/html.ts';
import { parseJson } from '../http/json.ts';
import { quote } from '../http/quote.ts';
import { isTransientStatus } from '../http/status-codes.ts';
import { API_ENABLED, retryLater } from './classify.ts';
import type { FailedResponse, Failure } from './failure.ts';

const oauthError = z.object({ error: z.string(), error_description: z.string().optional() });

const TRANSIENT_ERRORS = new Set(['server_error', 'temporarily_unavailable', 'unknown_error']);
const TRANSIENT_TEXTS = /retry your request|login rate exceeded|too many|maintenance/i;

const CHECK_SECRET =
  'Check salesforce.auth.clientId and clientSecret against the app (Setup > External Client App ' +
  'Manager > the app > Settings > OAuth Settings > Consumer Key and Secret).';
const CHECK_LOGIN_URL =
  "Set salesforce.loginUrl to the org's My Domain (Setup > My Domain: " +
  'https://NAME.my.salesforce.com), without a path.';

/**
 * What to do, by the text of `error: error_description`; the first match applies. Salesforce help,
 * "OAuth 2.0 Error Codes": most failures share the error invalid_grant.
 */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /refresh_token scope is required/i,
    'Add the scope "Perform requests at any time (refresh_token, offline_access)" to the app, and ' +
      'pre-authorize the integration user: choose "Admin approved users are pre-authorized" in the ' +
      "app's OAuth policies, and add the user's profile or permission set.",
  ],
  [
    /invalid_scope|scope is not allowed/i,
    'Add the OAuth scopes "Manage user data via APIs (api)" and "Perform requests at any time ' +
      '(refresh_token, offline_access)" to the app, and wait ten minutes.',
  ],
  [
    /app_blocked|app is blocked|blocked by admin/i,
    'An administrator blocked the app: unblock it (Setup > Connected Apps OAuth Usage), or install ' +
      'it there.',
  ],
  [/api_disabled|api is (?:not enabled|disabled)/i, API_ENABLED],
  [
    /login hours|restricted[ _]time/i,
    "The login is outside the login hours of the integration user's profile: change the hours or " +
      'the schedule.',
  ],
  [
    /expired password|password.*expired/i,
    'The integration user\'s password has expired: reset it, and set "Password Never Expires".',
  ],
  [
    /hasn'?t approved this consumer|not admin approved|app_(?:access_)?denied|app not approved|invalid_app_access|approval_error/i,
    'Pre-authorize the integration user: in the app\'s OAuth policies choose "Admin approved ' +
      'users are pre-authorized" and add the user\'s profile or permission set.',
  ],
  [
    /app.*not[ _](?:found|installed)/i,
    'salesforce.auth.clientId names an app that this org does not have: install it in the org, ' +
      'or correct salesforce.loginUrl or the client id.',
  ],
  [
    /audience is invalid|audience validation failed/i,
    'The assertion went to the wrong kind of org: salesforce.loginUrl must be the My Domain of ' +
      'the org itself (a sandbox has --NAME.sandbox in it), or test.salesforce.com for a sandbox.',
  ],
  [
    /expired authorization code|expired.*(?:assertion|jwt)|(?:assertion|jwt).*expired/i,
    'Set the clock of this machine: the assertion was not valid at the time of the login.',
  ],
  [
    /invalid.?assertion|invalid signature/i,
    'salesforce.auth.privateKey must belong to the certificate that was uploaded to the app ' +
      'whose consumer key is salesforce.auth.clientId.',
  ],
  [
    /ip.?restricted|ip.?address|restricted ip/i,
    "Salesforce refuses this machine's address: relax the IP restrictions in the app's OAuth " +
      "policies, or add the address to the profile's login IP ranges.",
  ],
  [
    /inactive.?user|user is inactive|user.*locked|locked out/i,
    'Activate and unlock the integration user (Setup > Users).',
  ],
  [
    /inactive.?org|org.*(?:suspended|inactive|locked)|trial.?expired/i,
    'The Salesforce org is not active: ask its administrator.',
  ],
  [
    /client credentials user/i,
    "Enable the client credentials flow in the app's OAuth policies and choose its Run As user.",
  ],
  [/not supported on this domain/i, CHECK_LOGIN_URL],
  [
    /unsupported_grant_type|grant type not supported/i,
    "Enable the flow of salesforce.auth.flow in the app's OAuth settings.",
  ],
  [
    /expired access\/refresh token|invalid refresh token|token.*(?:revoked|expired)/i,
    'The refresh token was revoked, has expired, or was used up: authorize the app again and set the ' +
      'new token in salesforce.auth.refreshToken.',
  ],
  [/invalid_client|client.?identifier|client credentials/i, CHECK_SECRET],
  [
    /invalid_grant/i,
    'Check salesforce.auth (user name, token, key) and the login history of the integration ' +
      'user (Setup > Login History), which shows the reason.',
  ],
];

/** What a response of the token endpoint without a token means. Pure; messages quote it. */
export function classifyLogin(response: FailedResponse, nowMs: number): Failure {
  const { status, body } = response;
  const oauth = typeof body === 'string' ? oauthError.safeParse(parseJson(body)).data : undefined;
  if (oauth === undefined) return classifyForeign(response, nowMs);
  const { error, error_description: description } = oauth;
  const text = quote(description === undefined ? error : `${error}: ${description}`);
  const message = `Salesforce refused the login: ${text}`;
  const isTransient =
    isTransientStatus(status) || TRANSIENT_ERRORS.has(error) || TRANSIENT_TEXTS.test(text);
  if (isTransient) return retryLater(response, message, nowMs);
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1];
  return { kind: 'refused', code: error, message, ...(hint === undefined ? {} : { hint }) };
}

/** A web page, an empty body, a proxy's text: a wrong address, or a server that is down. */
function classifyForeign(response: FailedResponse, nowMs: number): Failure {
  const { status } = response;
  const what = isHtml(response.body) ? 'a web page' : 'no token';
  const message = `the Salesforce login returned status ${status} and ${what}`;
  if (isTransientStatus(status)) return retryLater(response, message, nowMs);
  return { kind: 'refused', code: `HTTP_${status}`, message, hint: CHECK_LOGIN_URL };
}
