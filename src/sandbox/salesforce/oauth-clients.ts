import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A connected app or External Client App, as an admin has set it up. */
export interface ClientOptions {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** PEM of the public key or certificate that assertions are verified with */
  readonly publicKey?: string;
  /** the user that client credentials act as; without it that flow is not enabled */
  readonly runAsUserId?: string;
  /** "Require Secret for Refresh Token Flow"; on by default where there is a secret */
  readonly secretForRefresh?: boolean;
  /** each refresh brings a new refresh token and ends the old one and its session */
  readonly rotateRefreshTokens?: boolean;
}

export interface OauthClient extends Omit<ClientOptions, 'publicKey'> {
  readonly publicKey: KeyObject | undefined;
}

export interface RefreshGrant {
  readonly clientId: string;
  readonly userId: string;
  /** the access token of the last refresh, which rotation ends */
  sessionToken?: string;
}

/** Who may log in, and with which refresh tokens. */
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
