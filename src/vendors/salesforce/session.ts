import type { Connection } from 'jsforce/lib/connection.js';
import { z } from 'zod';
import { isSafeUrl } from '../../config/addresses.ts';
import type { SalesforceConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { rememberToken } from '../../lib/secret.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import type { HttpRequest, TextResponse } from '../http/http-message.ts';
import type { VendorTime } from '../http/vendor-time.ts';
import { JWT_BEARER } from '../jwt.ts';
import { signAssertion } from './assertion.ts';
import { classifyLogin } from './classify-login.ts';
import { errorOf } from './errors.ts';
import { isSalesforceId, salesforceId18 } from './id.ts';
import { SALESFORCE_LIMITS } from './limits.ts';
import { type RefreshTokenStore, RefreshTokens } from './refresh-token.ts';
import { callSalesforce, createJsforceTransport } from './transport.ts';

const tokenResponse = z.object({
  access_token: z.string().min(1),
  instance_url: z.url({ protocol: /^https?$/ }),
  // The identity URL: https://login.salesforce.com/id/ORGANIZATION/USER
  id: z.string().optional().catch(undefined),
});
/** Parsed separately: it must be stored even if the rest of the response is unusable. */
const rotation = z.object({ refresh_token: z.string().min(1) });
type TokenResponse = z.infer<typeof tokenResponse>;

export interface SessionOptions {
  readonly config: SalesforceConfig;
  readonly clock: Clock;
  /** learns Salesforce's time from each login */
  readonly time: VendorTime;
  readonly tokenStore: RefreshTokenStore | undefined;
  /** called once, when a new refresh token cannot be stored beyond this process */
  readonly onTokenNotSaved: (warning: UserError) => void;
  /** sends every request but a login; decides what the response means before jsforce sees it */
  readonly send: (request: HttpRequest, signal: AbortSignal | undefined) => Promise<TextResponse>;
  /** the run's: no login starts after it is aborted */
  readonly signal: AbortSignal;
  /** for one login and its complete response, in milliseconds */
  readonly responseMsMax: number;
  /** Called after a login, before anything is sent to the org. If it throws, the login fails. */
  readonly checkOrg: (orgId: string) => void;
  readonly budget: ByteBudget;
}

/** The connection, and the access token that it had when the session was opened. */
export interface OpenSession {
  readonly connection: Connection;
  readonly accessToken: string;
  /** of the org that the login led to, 18 characters; undefined if its response does not say */
  readonly orgId: string | undefined;
}

/**
 * One login that all requests share. jsforce's own renewal is switched off: it repeats a permanent
 * 401 endlessly, hangs if a refresh throws, keeps using the old host after an org has moved, drops
 * a rotated refresh token, and wraps every error in a plain one. Here a 401 is an error: the caller
 * calls `renew` once and repeats the request, whose URL is then built from the new instance.
 */
export class Session {
  readonly #options: SessionOptions;
  /** only in the refresh token flow */
  readonly #refreshTokens: RefreshTokens | undefined;
  #connection: Promise<Connection> | undefined;
  #login: Promise<void> | undefined;
  #orgId: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { config, tokenStore, signal, onTokenNotSaved } = options;
    if (config.auth.flow !== 'refresh-token') return;
    const configured = config.auth.refreshToken.reveal();
    this.#refreshTokens = new RefreshTokens({
      configured,
      store: tokenStore,
      signal,
      onTokenNotSaved,
    });
  }

  /**
   * Logs in if necessary. Rejects with a UserError if Salesforce refuses the login, and with a
   * RetryableError if the login may succeed later.
   */
  async open(): Promise<OpenSession> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    if (!connection.accessToken) await this.#logInOnce(connection);
    return { connection, accessToken: connection.accessToken ?? '', orgId: this.#orgId };
  }

  /** Logs in again, unless another request has done so since `expired` was opened. */
  async renew(expired: OpenSession): Promise<void> {
    if (expired.connection.accessToken !== expired.accessToken) return;
    await this.#logInOnce(expired.connection);
  }

  /** Requests that find the session expired at the same time wait for one login. */
  #logInOnce(connection: Connection): Promise<void> {
    this.#login ??= this.#logIn(connection).finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #connect(): Promise<Connection> {
    // 100 ms and 35 MB instead of the complete package's 195 ms and 42 MB, and only when needed.
    const [jsforce, { StreamPromise }] = await Promise.all([
      import('jsforce/lib/connection.js'),
      import('jsforce/lib/util/promise.js'),
    ]);
    const { loginUrl, apiVersion, auth } = this.#options.config;
    const secret = 'clientSecret' in auth ? auth.clientSecret?.reveal() : undefined;
    const connection = new jsforce.Connection({
      loginUrl,
      version: apiVersion,
      logLevel: 'NONE',
      oauth2: { loginUrl, clientId: auth.clientId, ...(secret ? { clientSecret: secret } : {}) },
    });
    connection._refreshDelegate = undefined;
    connection._transport = createJsforceTransport(StreamPromise, this.#options.send);
    connection.oauth2._transport = createJsforceTransport(StreamPromise, (request) =>
      this.#sendLogin(request),
    );
    return connection;
  }

  async #sendLogin(request: HttpRequest): Promise<TextResponse> {
    const { signal, responseMsMax, clock, time, budget } = this.#options;
    // A refresh token's request is never aborted: see RefreshTokens.
    const limits = this.#refreshTokens
      ? {
          signal: undefined,
          // It works once: a repetition must not meet a token that was used up.
          reuse: 'never' as const,
          responseMsMax: Math.min(responseMsMax, SALESFORCE_LIMITS.tokenRefreshMsMax),
        }
      : { signal, reuse: 'repeat' as const, responseMsMax };
    const sentAt = clock.now();
    const response = await callSalesforce(request, { ...limits, budget });
    time.learn(response.headers, sentAt);
    if (response.status >= 400) throw errorOf(classifyLogin(response, clock.now()));
    return response;
  }

  async #logIn(connection: Connection): Promise<void> {
    const token = await this.#requestToken(connection);
    const { access_token: accessToken, instance_url: url } = token;
    rememberToken(accessToken);
    const orgId = orgIdOf(token);
    if (orgId !== undefined) this.#options.checkOrg(orgId);
    this.#orgId = orgId;
    const { origin } = new URL(url);
    if (!isSafeUrl(url, { query: 'allowed' })) {
      throw new UserError(`Salesforce named an instance without https: ${origin}`);
    }
    connection.instanceUrl = origin;
    connection.accessToken = accessToken;
  }

  async #requestToken({ oauth2 }: Connection): Promise<TokenResponse> {
    const { auth, loginUrl } = this.#options.config;
    if (this.#refreshTokens) {
      const { response } = await this.#refreshTokens.use(async (token) => {
        const renewed: unknown = await oauth2.refreshToken(token);
        return { response: renewed, refreshToken: rotation.safeParse(renewed).data?.refresh_token };
      });
      return readToken(response);
    }
    if (auth.flow !== 'jwt-bearer') {
      return readToken(await oauth2.requestToken({ grant_type: 'client_credentials' }));
    }
    const { clientId, username, privateKey } = auth;
    const facts = { clientId, username, loginUrl, nowMs: this.#options.clock.now() };
    const assertion = signAssertion(facts, privateKey.reveal());
    return readToken(await oauth2.requestToken({ grant_type: JWT_BEARER, assertion }));
  }
}

function readToken(response: unknown): TokenResponse {
  const parsed = tokenResponse.safeParse(response);
  if (parsed.success) return parsed.data;
  throw errorOf(classifyLogin({ status: 200, headers: {}, body: undefined }, 0));
}

/** In an identity URL, the org's Id comes before the user's. A session ID begins with it, too. */
function orgIdOf({ id = '', access_token: token }: TokenResponse): string | undefined {
  const [, fromUrl = ''] = /\/id\/(00D\w+)\/\w+\/?$/.exec(id) ?? [];
  const [fromToken = ''] = token.split('!', 1);
  const orgId = [fromUrl, fromToken].find((text) => text.startsWith('00D') && isSalesforceId(text));
  return orgId === undefined ? undefined : salesforceId18(orgId);
}
