import type { SandboxAnswer, SandboxRequest } from '../http.ts';
import { type ServiceAccount, TOKEN_SECONDS } from './accounts.ts';
import { json, oauthFailure } from './answers.ts';
import { isSignedBy, isTimely, readAssertion } from './assertion.ts';
import type { Parts } from './parts.ts';

/** The one audience of an assertion, wherever it is sent. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** POST /token: an assertion of a service account, or a user's refresh token. */
export function answerTokenRequest(parts: Parts, request: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(request.body);
  switch (form.get('grant_type')) {
    case JWT_GRANT:
      return authorizeAssertion(parts, form.get('assertion') ?? '');
    case 'refresh_token':
      return refresh(parts, form);
    default:
      return oauthFailure(
        400,
        'unsupported_grant_type',
        `Invalid grant_type: ${form.get('grant_type')}`,
      );
  }
}

function authorizeAssertion(parts: Parts, text: string): SandboxAnswer {
  const assertion = readAssertion(text);
  if (!assertion) return badGrant('Invalid JWT: it must be signed with RS256.');
  const { claims, keyId } = assertion;
  const account = parts.accounts.serviceAccount(claims.iss);
  if (!account) return badGrant('Invalid grant: account not found');
  const isKnownKey = keyId === undefined || account.keyId === undefined || keyId === account.keyId;
  if (!isKnownKey || !isSignedBy(assertion, account.publicKey))
    return badGrant('Invalid JWT Signature.');
  if (claims.aud !== AUDIENCE)
    return badGrant(`Invalid JWT: Failed audience check. The right audience is ${AUDIENCE}`);
  if (!isTimely(claims, parts.now()))
    return badGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable ' +
        'timeframe. Check your iat and exp values in the JWT claim.',
    );
  const scopes = claims.scope.split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0)
    return oauthFailure(400, 'invalid_scope', 'Empty or missing scope not allowed.');
  if (claims.sub === undefined) return openSession(parts, account.clientEmail, scopes);
  return delegate(parts, { account, email: claims.sub.toLowerCase(), scopes });
}

/** Domain-wide delegation: all of the scopes, or nothing. */
function delegate(
  parts: Parts,
  asked: {
    readonly account: ServiceAccount;
    readonly email: string;
    readonly scopes: readonly string[];
  },
): SandboxAnswer {
  const { account, email, scopes } = asked;
  if (!scopes.every((scope) => account.scopes.includes(scope)))
    return oauthFailure(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not ' +
        'authorized for any of the scopes requested.',
    );
  return openUserSession(parts, email, scopes);
}

function refresh(parts: Parts, form: URLSearchParams): SandboxAnswer {
  const client = parts.accounts.client(form.get('client_id') ?? '');
  if (!client) return oauthFailure(401, 'invalid_client', 'The OAuth client was not found.');
  if (client.clientSecret !== form.get('client_secret'))
    return oauthFailure(401, 'invalid_client', 'Unauthorized');
  const consent = parts.accounts.consent(form.get('refresh_token') ?? '');
  if (consent?.clientId !== client.clientId) return badGrant('Token has been expired or revoked.');
  return openUserSession(parts, consent.email, consent.scopes);
}

function openUserSession(parts: Parts, email: string, scopes: readonly string[]): SandboxAnswer {
  const user = parts.directory.find(email);
  if (!user) return badGrant('Invalid email or User ID');
  if (user.suspended || user.archived) return badGrant('Account disabled');
  return openSession(parts, email, scopes);
}

function openSession(parts: Parts, email: string, scopes: readonly string[]): SandboxAnswer {
  const expiresAt = parts.now() + TOKEN_SECONDS * 1_000;
  return json(200, {
    access_token: parts.accounts.open({ email, scopes, expiresAt }),
    expires_in: TOKEN_SECONDS,
    scope: scopes.join(' '),
    token_type: 'Bearer',
  });
}

function badGrant(description: string): SandboxAnswer {
  return oauthFailure(400, 'invalid_grant', description);
}
