import { generateKeyPairSync, sign } from 'node:crypto';
import { googleControlRoutes } from '../../src/sandbox/google/control-routes.ts';
import { createGoogle } from '../../src/sandbox/google/google.ts';
import type { Workspace } from '../../src/sandbox/google/workspace.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { ManualClock } from './manual-clock.ts';

const AUTH = 'https://www.googleapis.com/auth';
export const SCOPE = {
  metadata: `${AUTH}/drive.metadata.readonly`,
  drive: `${AUTH}/drive.readonly`,
  reports: `${AUTH}/admin.reports.audit.readonly`,
  users: `${AUTH}/admin.directory.user.readonly`,
  domains: `${AUTH}/admin.directory.domain.readonly`,
} as const;
const ALL_SCOPES = Object.values(SCOPE).join(' ');

const CLIENT_EMAIL = 'robot@project.iam.gserviceaccount.com';
const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export type Json = Readonly<Record<string, unknown>>;

export interface JsonResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** The sandbox's Google on a real port, with a client's credentials. */
export class GoogleSandbox {
  readonly clock: ManualClock;
  readonly google: Workspace;
  readonly server: SandboxServer<'google'>;
  readonly #tokens = new Map<string, string>();

  private constructor(clock: ManualClock, google: Workspace, server: SandboxServer<'google'>) {
    this.clock = clock;
    this.google = google;
    this.server = server;
  }

  static async start(): Promise<GoogleSandbox> {
    const clock = new ManualClock();
    const serviceAccount = { clientEmail: CLIENT_EMAIL, publicKey: KEYS.publicKey, keyId: 'key-1' };
    const { vendor, google } = createGoogle({ clock, serviceAccount });
    const control = { google: googleControlRoutes(google) };
    const server = await startSandbox({ vendors: { google: vendor }, control, clock });
    return new GoogleSandbox(clock, google, server);
  }

  get origin(): string {
    return this.server.origins.google;
  }

  /** A signed assertion, as a client creates it, with overridden claims or headers. */
  assertion(claims: Json = {}, { header = {}, privateKey = KEYS.privateKey } = {}): string {
    const iat = Math.floor(this.clock.now() / 1_000);
    const defaults = {
      iss: CLIENT_EMAIL,
      sub: this.google.admin,
      aud: 'https://oauth2.googleapis.com/token',
      scope: ALL_SCOPES,
      iat,
      exp: iat + 3_600,
    };
    const encode = (part: Json) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const head = { alg: 'RS256', typ: 'JWT', kid: 'key-1', ...header };
    const signed = `${encode(head)}.${encode({ ...defaults, ...claims })}`;
    const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url');
    return `${signed}.${signature}`;
  }

  async postToken(form: Readonly<Record<string, string>>): Promise<JsonResponse> {
    const body = new URLSearchParams(form);
    return jsonResponseOf(await fetch(`${this.origin}/token`, { method: 'POST', body }));
  }

  sendAssertion(assertion: string): Promise<JsonResponse> {
    const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    return this.postToken({ grant_type: grantType, assertion });
  }

  /** An access token for this user; the same one until `forgetTokens`. */
  async tokenOf(user: string, scope: string = ALL_SCOPES): Promise<string> {
    const key = `${user} ${scope}`;
    const existing = this.#tokens.get(key);
    if (existing !== undefined) return existing;
    const { status, body } = await this.sendAssertion(this.assertion({ sub: user, scope }));
    if (status !== 200) throw new Error(`no token for ${user}: ${JSON.stringify(body)}`);
    this.#tokens.set(key, String(body['access_token']));
    return String(body['access_token']);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** GET as this user. */
  async get(
    user: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<JsonResponse> {
    return this.getWith(await this.tokenOf(user), path, query);
  }

  async getWith(
    token: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<JsonResponse> {
    const headers = { authorization: `Bearer ${token}` };
    return jsonResponseOf(
      await fetch(`${this.origin}${path}?${new URLSearchParams(query)}`, { headers }),
    );
  }

  /** The body of a successful response. Throws for any other response. */
  async read(
    user: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Json> {
    const { status, body } = await this.get(user, path, query);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Status, reason, and location of an error response. */
  async errorOf(
    user: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<readonly unknown[]> {
    const { status, body } = await this.get(user, path, query);
    return errorIn({ status, body });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Status, reason, and the invalid parameter if the error names one. */
export function errorIn({
  status,
  body,
}: Pick<JsonResponse, 'status' | 'body'>): readonly unknown[] {
  const { code, message, errors } = Object(body['error']);
  const [error, ...more] = errors ?? [];
  if (code !== status || error?.message !== message || more.length > 0)
    throw new Error(`not an error in Google's form: ${status} ${JSON.stringify(body)}`);
  return [status, error.reason, ...(error.location === undefined ? [] : [error.location])];
}

export function listIn(body: Json, name: string): readonly Json[] {
  const list = body[name];
  if (!Array.isArray(list)) throw new Error(`no list ${name} in ${JSON.stringify(body)}`);
  return list;
}

async function jsonResponseOf(response: Response): Promise<JsonResponse> {
  return {
    status: response.status,
    headers: response.headers,
    body: Object(await response.json()),
  };
}
