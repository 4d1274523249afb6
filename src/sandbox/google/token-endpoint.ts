import type { SandboxRequest, SandboxResponse } from '../http-types.ts';
import { isSignedBy, isTimely, readAssertion } from './assertion.ts';
import { type ServiceAccount, TOKEN_SECONDS } from './credentials.ts';
import type { User } from './directory.ts';
import { json, oauthFailure } from './responses.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** The required audience of an assertion, regardless of the endpoint. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** POST /token: accepts a service account's assertion or a user's refresh token. */
export function handleTokenRequest(
  state: WorkspaceState,
  request: SandboxRequest,
): SandboxResponse {
  const form = new URLSearchParams(request.body);
  switch (form.get('grant_type')) {
    case JWT_GRANT:
      return authorizeAssertion(state, form.get('assertion') ?? '');
    case 'refresh_token':
      return refresh(state, form);
    default:
      return oauthFailure(
        400,
        'unsupported_grant_type',
        `Invalid grant_type: ${form.get('grant_type')}`,
      );
  }
}

function authorizeAssertion(state: WorkspaceState, text: string): SandboxResponse {
  const assertion = readAssertion(text);
  if (!assertion) return badGrant('Invalid JWT: it must be signed with RS256.');
  const { claims, keyId } = assertion;
  const account = state.credentials.serviceAccount(claims.iss);
  if (!account) return badGrant('Invalid grant: account not found');
  const isKnownKey = keyId === undefined || account.keyId === undefined || keyId === account.keyId;
  if (!isKnownKey || !isSignedBy(assertion, account.publicKey))
    return badGrant('Invalid JWT Signature.');
  if (claims.aud !== AUDIENCE)
    return badGrant(`Invalid JWT: Failed audience check. The right audience is ${AUDIENCE}`);
  if (!isTimely(claims, state.now()))
    return badGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable ' +
        'timeframe. Check your iat and exp values in the JWT claim.',
    );
  const scopes = claims.scope.split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0)
    return oauthFailure(400, 'invalid_scope', 'Empty or missing scope not allowed.');
  if (claims.sub === undefined) return openSession(state, account.clientEmail, scopes);
  return delegate(state, { account, email: claims.sub.toLowerCase(), scopes });
}

/** Domain-wide delegation: grants all requested scopes or none. */
function delegate(
  state: WorkspaceState,
  request: {
    readonly account: ServiceAccount;
    readonly email: string;
    readonly scopes: readonly string[];
  },
): SandboxResponse {
  const { account, email, scopes } = request;
  if (!scopes.every((scope) => account.scopes.includes(scope)))
    return oauthFailure(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not ' +
        'authorized for any of the scopes requested.',
    );
  const { directory, settings } = state;
  const isAccepted = settings.aliasSignIn === 'accepted';
  const user = isAccepted ? directory.findByAny(email) : directory.find(email);
  return openUserSession(state, user, scopes);
}

function refresh(state: WorkspaceState, form: URLSearchParams): SandboxResponse {
  const client = state.credentials.client(form.get('client_id') ?? '');
  if (!client) return oauthFailure(401, 'invalid_client', 'The OAuth client was not found.');
  if (client.clientSecret !== form.get('client_secret'))
    return oauthFailure(401, 'invalid_client', 'Unauthorized');
  const consent = state.credentials.consent(form.get('refresh_token') ?? '');
  if (consent?.clientId !== client.clientId) return badGrant('Token has been expired or revoked.');
  return openUserSession(state, state.directory.find(consent.email), consent.scopes);
}

function openUserSession(
  state: WorkspaceState,
  user: User | undefined,
  scopes: readonly string[],
): SandboxResponse {
  if (!user) return badGrant('Invalid email or User ID');
  if (user.suspended || user.archived) return badGrant('Account disabled');
  return openSession(state, user.email, scopes);
}

function openSession(
  state: WorkspaceState,
  email: string,
  scopes: readonly string[],
): SandboxResponse {
  const expiresAt = state.now() + TOKEN_SECONDS * 1_000;
  return json(200, {
    access_token: state.credentials.open({ email, scopes, expiresAt }),
    expires_in: TOKEN_SECONDS,
    scope: scopes.join(' '),
    token_type: 'Bearer',
  });
}

function badGrant(description: string): SandboxResponse {
  return oauthFailure(400, 'invalid_grant', description);
}
