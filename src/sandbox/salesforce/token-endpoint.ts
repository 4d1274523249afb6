import { createHmac } from 'node:crypto';
import type { SandboxRequest, SandboxResponse } from '../http-types.ts';
import { isSignedBy, isTimely, readAssertion } from './assertion.ts';
import type { Database } from './database.ts';
import type { OauthClient, OauthClients } from './oauth-clients.ts';
import { json, oauthFailure } from './responses.ts';
import type { Row } from './rows.ts';
import type { Session, Sessions } from './sessions.ts';

const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];

export interface LoginContext {
  readonly database: Database;
  readonly clients: OauthClients;
  readonly sessions: Sessions;
  readonly organizationId: string;
  /** the instance URL for a client that used this origin */
  readonly instanceUrl: (origin: string) => string;
}

interface Attempt {
  readonly request: SandboxRequest;
  readonly form: URLSearchParams;
}

type Flow = (context: LoginContext, attempt: Attempt) => SandboxResponse;

const FLOWS: Readonly<Record<string, Flow>> = {
  'urn:ietf:params:oauth:grant-type:jwt-bearer': authorizeAssertion,
  client_credentials: authorizeClient,
  refresh_token: refresh,
};

/** POST /services/oauth2/token, with Salesforce's errors. */
export function handleTokenRequest(
  context: LoginContext,
  request: SandboxRequest,
): SandboxResponse {
  if (request.method !== 'POST') return oauthFailure('invalid_request', 'must use HTTP POST');
  const form = new URLSearchParams(request.body);
  const flow = FLOWS[form.get('grant_type') ?? ''];
  if (!flow) return oauthFailure('unsupported_grant_type', 'grant type not supported');
  return flow(context, { request, form });
}

function authorizeAssertion(context: LoginContext, { request, form }: Attempt): SandboxResponse {
  const assertion = readAssertion(form.get('assertion') ?? '');
  if (!assertion) return oauthFailure('invalid_grant', 'invalid assertion');
  const { claims } = assertion;
  const client = context.clients.get(claims.iss);
  if (!client) return oauthFailure('invalid_client_id', 'client identifier invalid');
  if (!client.publicKey || !isSignedBy(assertion, client.publicKey)) {
    return oauthFailure('invalid_grant', 'invalid assertion');
  }
  if (![request.origin, ...LOGIN_HOSTS].includes(claims.aud)) {
    return oauthFailure('invalid_grant', 'audience is invalid');
  }
  if (!isTimely(claims, context.database.now())) {
    return oauthFailure('invalid_grant', 'invalid assertion: exp has passed or is too far ahead');
  }
  const user = userNamed(context, claims.sub);
  if (!user) return oauthFailure('invalid_grant', "user hasn't approved this consumer");
  return grantSession(context, { request, client, user });
}

function authorizeClient(context: LoginContext, { request, form }: Attempt): SandboxResponse {
  const [clientId, clientSecret] = credentialsOf(request, form);
  const client = context.clients.get(clientId);
  if (!client) return oauthFailure('invalid_client_id', 'client identifier invalid');
  if (client.clientSecret === undefined || client.clientSecret !== clientSecret) {
    return oauthFailure('invalid_client', 'invalid client credentials');
  }
  if (client.runAsUserId === undefined) {
    return oauthFailure('invalid_grant', 'no client credentials user enabled');
  }
  const user = context.database.find('User', client.runAsUserId);
  if (!user) return oauthFailure('invalid_grant', 'no client credentials user enabled');
  return grantSession(context, { request, client, user });
}

function refresh(context: LoginContext, { request, form }: Attempt): SandboxResponse {
  const [clientId, clientSecret] = credentialsOf(request, form);
  const client = context.clients.get(clientId);
  if (!client) return oauthFailure('invalid_client_id', 'client identifier invalid');
  const needsSecret = client.secretForRefresh ?? client.clientSecret !== undefined;
  const isWrongSecret = clientSecret !== '' && clientSecret !== client.clientSecret;
  if (isWrongSecret || (needsSecret && clientSecret === '')) {
    return oauthFailure('invalid_client', 'invalid client credentials');
  }
  const token = form.get('refresh_token') ?? '';
  const grant = context.clients.grant(token);
  const user = grant && context.database.find('User', grant.userId);
  if (grant?.clientId !== clientId || !user) {
    return oauthFailure('invalid_grant', 'expired access/refresh token');
  }
  if (!client.rotateRefreshTokens || user.get('IsActive') !== true) {
    return grantSession(context, { request, client, user });
  }
  // Salesforce help, "Refresh Token Rotation": revokes the old token and its session.
  if (grant.sessionToken !== undefined) context.sessions.end(grant.sessionToken);
  context.clients.revoke(token);
  const session = context.sessions.open(grant.userId, clientId);
  const next = { clientId, userId: grant.userId, sessionToken: session.token };
  const refreshToken = context.clients.issueRefreshToken(next);
  return tokenResponse(context, { request, client, session, refreshToken });
}

/** Client ID and secret from the form or from Basic authentication. */
function credentialsOf(request: SandboxRequest, form: URLSearchParams): readonly [string, string] {
  const [, basic] = /^Basic (.+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const [clientId = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
  return [decodeURIComponent(clientId), decodeURIComponent(secret.join(':'))];
}

/** The visible user with this username. */
function userNamed({ database }: LoginContext, username: string): Row | undefined {
  const field = database.catalog.stored('User').fields.get('username');
  const users = field ? database.lookup('User', field, username.toLowerCase()) : undefined;
  return users?.find((user) => user.isVisible(database.now()));
}

function grantSession(
  context: LoginContext,
  granted: { readonly request: SandboxRequest; readonly client: OauthClient; readonly user: Row },
): SandboxResponse {
  if (granted.user.get('IsActive') !== true) return oauthFailure('invalid_grant', 'inactive user');
  const userId = String(granted.user.get('Id'));
  const session = context.sessions.open(userId, granted.client.clientId);
  return tokenResponse(context, { ...granted, session, refreshToken: undefined });
}

function tokenResponse(
  context: LoginContext,
  granted: {
    readonly request: SandboxRequest;
    readonly client: OauthClient;
    readonly session: Session;
    readonly refreshToken: string | undefined;
  },
): SandboxResponse {
  const { client, session, refreshToken, request } = granted;
  const id = `${request.origin}/id/${context.organizationId}/${session.userId}`;
  const issuedAt = String(context.database.now());
  const signature = createHmac('sha256', client.clientSecret ?? client.clientId)
    .update(id + issuedAt)
    .digest('base64');
  return json(200, {
    access_token: session.token,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    signature,
    scope: 'api refresh_token',
    instance_url: context.instanceUrl(request.origin),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  });
}
