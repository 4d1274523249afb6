import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** All scopes that sharetrail uses. */
export const SCOPES = {
  driveMetadata: 'https://www.googleapis.com/auth/drive.metadata.readonly',
  drive: 'https://www.googleapis.com/auth/drive.readonly',
  reports: 'https://www.googleapis.com/auth/admin.reports.audit.readonly',
  users: 'https://www.googleapis.com/auth/admin.directory.user.readonly',
  domains: 'https://www.googleapis.com/auth/admin.directory.domain.readonly',
} as const;

/** Lifetime of an access token, in seconds. */
export const TOKEN_SECONDS = 3_599;

export interface ServiceAccountOptions {
  readonly clientEmail: string;
  /** PEM */
  readonly publicKey: string;
  /** `private_key_id` of the key file */
  readonly keyId?: string;
  /** scopes granted by domain-wide delegation; default: all of SCOPES */
  readonly scopes?: readonly string[];
}

export interface ServiceAccount {
  readonly clientEmail: string;
  readonly publicKey: KeyObject;
  readonly keyId: string | undefined;
  scopes: readonly string[];
}

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A user's consent to an OAuth client. */
export interface Consent {
  readonly clientId: string;
  readonly email: string;
  readonly scopes: readonly string[];
}

/** The user and the scopes of an access token. */
export interface Session {
  readonly email: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

/** The clients that can request tokens, and the valid tokens. */
export class Credentials {
  readonly #serviceAccounts = new Map<string, ServiceAccount>();
  readonly #clients = new Map<string, OAuthClient>();
  readonly #consents = new Map<string, Consent>();
  readonly #sessions = new Map<string, Session>();
  #issued = 0;

  addServiceAccount(options: ServiceAccountOptions): void {
    this.#serviceAccounts.set(options.clientEmail, {
      clientEmail: options.clientEmail,
      publicKey: createPublicKey(options.publicKey),
      keyId: options.keyId,
      scopes: options.scopes ?? Object.values(SCOPES),
    });
  }

  serviceAccount(clientEmail: string): ServiceAccount | undefined {
    return this.#serviceAccounts.get(clientEmail);
  }

  get serviceAccounts(): readonly ServiceAccount[] {
    return [...this.#serviceAccounts.values()];
  }

  addClient(client: OAuthClient): void {
    this.#clients.set(client.clientId, client);
  }

  client(clientId: string): OAuthClient | undefined {
    return this.#clients.get(clientId);
  }

  issueRefreshToken(consent: Consent): string {
    const token = `1//0${this.#secret(`refresh ${consent.clientId}`)}`;
    this.#consents.set(token, consent);
    return token;
  }

  consent(refreshToken: string): Consent | undefined {
    return this.#consents.get(refreshToken);
  }

  /** A consent is the account's, whatever its address. */
  renameUser(from: string, to: string): void {
    for (const [token, consent] of this.#consents)
      if (consent.email === from) this.#consents.set(token, { ...consent, email: to });
  }

  revokeRefreshToken(refreshToken: string): void {
    this.#consents.delete(refreshToken);
  }

  open(session: Session): string {
    const token = `ya29.${this.#secret(session.email)}`;
    this.#sessions.set(token, session);
    return token;
  }

  session(token: string, now: number): Session | undefined {
    const session = this.#sessions.get(token);
    if (!session || session.expiresAt > now) return session;
    this.#sessions.delete(token);
    return undefined;
  }

  endSessions(): void {
    this.#sessions.clear();
  }

  /** Derived by a hash, so that the same scenario yields the same tokens. */
  #secret(name: string): string {
    this.#issued += 1;
    return createHash('sha256').update(`${name} ${this.#issued}`).digest('base64url');
  }
}
