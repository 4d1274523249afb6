import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { SandboxRequest, SandboxResponse } from '../http-types.ts';
import { basicCredentials } from './authorization.ts';

/** An OAuth integration that a customer has authorized. */
export interface GongOauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** the first one; each refresh consumes the current one and returns the next */
  readonly refreshToken: string;
  /** default: `api:engagement-data:write` */
  readonly scopes?: readonly string[];
  /** the account that owns the events and limits; default: the only account */
  readonly account?: string;
  /** `api_base_url_for_customer` in the responses; omitted if absent */
  readonly apiBaseUrl?: string;
}

/** Gong, "Create an app for Gong": access tokens are valid for about a day. */
const ACCESS_TOKEN_LIFE_MS = 86_400_000;

/** Issues tokens as /oauth2/generate-customer-token does: refresh tokens are single-use. */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #clients: readonly GongOauthClient[];
  readonly #refreshTokens = new Map<string, string>();
  readonly #accessTokens = new Map<string, { client: GongOauthClient; expiresAt: number }>();

  constructor(clock: Clock, clients: readonly GongOauthClient[]) {
    this.#clock = clock;
    this.#clients = clients;
    for (const client of clients) this.#refreshTokens.set(client.clientId, client.refreshToken);
  }

  /** The currently valid refresh token; undefined for an unknown client. */
  refreshTokenOf(clientId: string): string | undefined {
    return this.#refreshTokens.get(clientId);
  }

  /** Invalidates every issued access token; refresh tokens remain valid. */
  revokeAccessTokens(): void {
    this.#accessTokens.clear();
  }

  /** The client of a Bearer token; undefined if the token is unknown or expired. */
  clientOf(accessToken: string): GongOauthClient | undefined {
    const token = this.#accessTokens.get(accessToken);
    return token && token.expiresAt > this.#clock.now() ? token.client : undefined;
  }

  /** Accepts parameters in the query or as a form; the client authenticates with HTTP Basic. */
  refresh(request: SandboxRequest): SandboxResponse {
    const client = this.#clientIn(request);
    if (!client) return oauthError(401, 'invalid_client', 'Client authentication failed.');
    const parameters = parametersOf(request);
    if (parameters.get('grant_type') !== 'refresh_token')
      return oauthError(400, 'unsupported_grant_type', 'grant_type must be refresh_token here.');
    const token = parameters.get('refresh_token');
    if (token === null || token !== this.#refreshTokens.get(client.clientId))
      return oauthError(400, 'invalid_grant', 'Refresh token code is invalid.');
    return { status: 200, body: this.#newPair(client) };
  }

  #clientIn(request: SandboxRequest): GongOauthClient | undefined {
    const credentials = basicCredentials(request.headers['authorization']);
    return this.#clients.find(
      ({ clientId, clientSecret }) =>
        clientId === credentials?.user && clientSecret === credentials.password,
    );
  }

  #newPair(client: GongOauthClient): object {
    const accessToken = randomBytes(32).toString('base64url');
    const refreshToken = randomBytes(32).toString('base64url');
    const expiresAt = this.#clock.now() + ACCESS_TOKEN_LIFE_MS;
    this.#accessTokens.set(accessToken, { client, expiresAt });
    this.#refreshTokens.set(client.clientId, refreshToken);
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: ACCESS_TOKEN_LIFE_MS / 1_000,
      scope: scopesOf(client).join(' '),
      ...(client.apiBaseUrl === undefined ? {} : { api_base_url_for_customer: client.apiBaseUrl }),
    };
  }
}

/** The scope for reporting events. Gong: "Required authorization scope". */
export const WRITE_SCOPE = 'api:engagement-data:write';

export function scopesOf(holder: { readonly scopes?: readonly string[] }): readonly string[] {
  return holder.scopes ?? [WRITE_SCOPE];
}

function parametersOf(request: SandboxRequest): URLSearchParams {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? request.body : '');
  return new URLSearchParams([...request.query, ...form]);
}

/** An error in OAuth's form. The real endpoint was seen to send 400 with `invalid_grant`. */
function oauthError(status: number, error: string, description: string): SandboxResponse {
  return { status, body: { error, error_description: description } };
}
