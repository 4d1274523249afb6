import type { Connection } from 'jsforce/lib/connection.js';
import { z } from 'zod';
import { isSafeUrl } from '../../config/addresses.ts';
import type { SalesforceConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { rememberSecret } from '../../lib/secret.ts';
import { signAssertion } from './assertion.ts';
import { classifyLogin } from './classify-login.ts';
import { errorOf } from './errors.ts';
import { SALESFORCE_LIMITS } from './limits.ts';
import { RefreshTokens, type TokenStore } from './refresh-token.ts';
import { createJsforceTransport, exchange, type HttpAnswer, type HttpCall } from './transport.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  instance_url: z.url({ protocol: /^https?$/ }),
});
/** Read by itself: it must be kept even where the rest of the answer is not as it should be. */
const rotation = z.object({ refresh_token: z.string().min(1) });
type TokenAnswer = z.infer<typeof tokenAnswer>;

export interface SessionOptions {
  readonly config: SalesforceConfig;
  readonly clock: Clock;
  readonly tokenStore: TokenStore | undefined;
  /** told once, when a refresh token came that cannot be kept beyond this process */
  readonly onUnkept: (warning: UserError) => void;
  /** sends what is not a login; decides what the answer means before jsforce sees it */
  readonly send: (call: HttpCall, signal: AbortSignal | undefined) => Promise<HttpAnswer>;
  /** the run's: no login begins after it */
  readonly signal: AbortSignal;
  /** for one login and its whole answer, in milliseconds */
  readonly responseMsMax: number;
}

/** The connection, and the access token that it had when it was given out. */
export interface OpenSession {
  readonly connection: Connection;
  readonly accessToken: string;
}

/**
 * One login that all requests share. jsforce's own renewal is switched off: it asks without end
 * after a lasting 401, hangs where a refresh throws, goes on at the old host after a move, drops a
 * rotated token and wraps every error in a plain one. Here a 401 is an error to the caller, who
 * calls `renew` once and repeats the request, whose address is then made from the new instance.
 */
export class Session {
  readonly #options: SessionOptions;
  /** of the refresh token flow alone */
  readonly #refreshTokens: RefreshTokens | undefined;
  #connection: Promise<Connection> | undefined;
  #login: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { config, tokenStore, signal, onUnkept } = options;
    if (config.auth.flow !== 'refresh-token') return;
    const configured = config.auth.refreshToken.reveal();
    this.#refreshTokens = new RefreshTokens({ configured, store: tokenStore, signal, onUnkept });
  }

  /**
   * Logs in when nobody has. Rejects with a UserError where Salesforce refuses the login, with a
   * RetryableError where it could not be asked.
   */
  async open(): Promise<OpenSession> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    if (!connection.accessToken) await this.#logInOnce(connection);
    return { connection, accessToken: connection.accessToken ?? '' };
  }

  /** Logs in again, unless somebody else did since `expired` was opened. */
  async renew(expired: OpenSession): Promise<void> {
    if (expired.connection.accessToken !== expired.accessToken) return;
    await this.#logInOnce(expired.connection);
  }

  /** Requests that find the session closed together wait for one login. */
  #logInOnce(connection: Connection): Promise<void> {
    this.#login ??= this.#logIn(connection).finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #connect(): Promise<Connection> {
    // 100 ms and 35 MB against 195 ms and 42 MB of the whole package; and only where it is used.
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
    connection.oauth2._transport = createJsforceTransport(StreamPromise, (call) =>
      this.#sendLogin(call),
    );
    return connection;
  }

  async #sendLogin(call: HttpCall): Promise<HttpAnswer> {
    const { signal, responseMsMax } = this.#options;
    // A refresh token is traded to the end: see RefreshTokens.
    const limits = this.#refreshTokens
      ? {
          signal: undefined,
          responseMsMax: Math.min(responseMsMax, SALESFORCE_LIMITS.tokenTradeMsMax),
        }
      : { signal, responseMsMax };
    const answer = await exchange(call, limits);
    if (answer.status >= 400) throw errorOf(classifyLogin(answer, this.#options.clock.now()));
    return answer;
  }

  async #logIn(connection: Connection): Promise<void> {
    const answer = await this.#requestToken(connection);
    rememberSecret(answer.access_token);
    const instance = new URL(answer.instance_url);
    if (!isSafeUrl(answer.instance_url, { query: 'allowed' })) {
      throw new UserError(`Salesforce named an instance without https: ${instance.origin}`);
    }
    connection.instanceUrl = instance.origin;
    connection.accessToken = answer.access_token;
  }

  async #requestToken({ oauth2 }: Connection): Promise<TokenAnswer> {
    const { auth, loginUrl } = this.#options.config;
    if (this.#refreshTokens) {
      const { answer } = await this.#refreshTokens.trade(async (token) => {
        const traded: unknown = await oauth2.refreshToken(token);
        return { answer: traded, refreshToken: rotation.safeParse(traded).data?.refresh_token };
      });
      return readToken(answer);
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

function readToken(answer: unknown): TokenAnswer {
  const parsed = tokenAnswer.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw errorOf(classifyLogin({ status: 200, headers: {}, body: undefined }, 0));
}
