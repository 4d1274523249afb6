import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A connected app or External Client App, as configured by an administrator. */
export interface ClientOptions {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** PEM of the public key or certificate that verifies assertions */
  readonly publicKey?: string;
  /** the user of the client credentials flow; if absent, the flow is disabled */
  readonly runAsUserId?: string;
  /** "Require Secret for Refresh Token Flow"; default: true if there is a secret */
  readonly secretForRefresh?: boolean;
  /** each refresh returns a new refresh token and revokes the old one and its session */
  readonly rotateRefreshTokens?: boolean;
}

export interface OauthClient extends Omit<ClientOptions, 'publicKey'> {
  readonly publicKey: KeyObject | undefined;
}

export interface RefreshGrant {
  readonly clientId: string;
  readonly userId: string;
  /** access token of the last refresh, which rotation revokes */
  sessionToken?: string;
}

/** The clients that can log in, and their refresh tokens. */
export class OauthClients {
  readonly #clients = new Map<string, OauthClient>();
  readonly #grants = new Map<string, RefreshGrant>();
  #issued = 0;

  add(options: ClientOptions): void {
    const { publicKey, ...rest } = options;
    const key = publicKey === undefined ? undefined : createPublicKey(publicKey);
    this.#clients.set(options.clientId, { ...rest, publicKey: key });
  }

  remove(clientId: string): void {
    this.#clients.delete(clientId);
  }

  get(clientId: string): OauthClient | undefined {
    return this.#clients.get(clientId);
  }

  issueRefreshToken(grant: RefreshGrant): string {
    this.#issued += 1;
    const seed = `refresh ${grant.clientId} ${this.#issued}`;
    const token = `5Aep861${createHash('sha256').update(seed).digest('base64url')}`;
    this.#grants.set(token, grant);
    return token;
  }

  grant(refreshToken: string): RefreshGrant | undefined {
    return this.#grants.get(refreshToken);
  }

  revoke(refreshToken: string): void {
    this.#grants.delete(refreshToken);
  }
}
