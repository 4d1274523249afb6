import type { Connection } from 'jsforce/lib/connection.js';
import { z } from 'zod';
import type { SalesforceConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { rememberSecret } from '../../lib/secret.ts';
import { signAssertion } from './assertion.ts';
import { classifyLogin } from './classify-login.ts';
import { errorOf, SalesforceError } from './errors.ts';
import {
  createJsforceTransport,
  type ExchangeOptions,
  exchange,
  type HttpAnswer,
  type HttpCall,
} from './transport.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  instance_url: z.url({ protocol: /^https?$/ }),
  refresh_token: z.string().min(1).optional(),
});
type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Keeps the refresh token that Salesforce gave last, where the app rotates them. */
export interface TokenStore {
  load(): Promise<string | undefined>;
  save(token: string): Promise<void>;
}

export interface SessionOptions extends ExchangeOptions {
  readonly config: SalesforceConfig;
  readonly clock: Clock;
  readonly tokenStore: TokenStore | undefined;
  readonly onWarning: (message: string) => void;
  /** sends what is not a login; decides what the answer means before jsforce sees it */
  readonly send: (call: HttpCall, signal: AbortSignal | undefined) => Promise<HttpAnswer>;
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
  #connection: Promise<Connection> | undefined;
  #login: Promise<void> | undefined;
  #refreshToken: string | undefined;
  #warned = false;

  constructor(options: SessionOptions) {
    this.#options = options;
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
    const [{ Connection }, { StreamPromise }] = await Promise.all([
      import('jsforce/lib/connection.js'),
      import('jsforce/lib/util/promise.js'),
    ]);
    const { loginUrl, apiVersion, auth } = this.#options.config;
    const secret = 'clientSecret' in auth ? auth.clientSecret?.reveal() : undefined;
    const connection = new Connection({
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
    const answer = await exchange(call, this.#options);
    if (answer.status >= 400) throw errorOf(classifyLogin(answer, this.#options.clock.now()));
    return answer;
  }

  async #logIn(connection: Connection): Promise<void> {
    const answer = await this.#requestToken(connection);
    rememberSecret(answer.access_token);
    const instance = new URL(answer.instance_url);
    const { loginUrl } = this.#options.config;
    if (instance.protocol !== 'https:' && instance.protocol !== new URL(loginUrl).protocol) {
      throw new UserError(`Salesforce named an instance without https: ${instance.origin}`);
    }
    connection.instanceUrl = instance.origin;
    connection.accessToken = answer.access_token;
  }

  async #requestToken(connection: Connection): Promise<TokenAnswer> {
    const { auth, loginUrl } = this.#options.config;
    switch (auth.flow) {
      case 'client-credentials':
        return readToken(
          await connection.oauth2.requestToken({ grant_type: 'client_credentials' }),
        );
      case 'jwt-bearer': {
        const { clientId, username, privateKey } = auth;
        const facts = { clientId, username, loginUrl, nowMs: this.#options.clock.now() };
        const assertion = signAssertion(facts, privateKey.reveal());
        return readToken(
          await connection.oauth2.requestToken({ grant_type: JWT_BEARER, assertion }),
        );
      }
      case 'refresh-token':
        return await this.#refresh(connection, auth.refreshToken.reveal());
    }
  }

  /**
   * The newest token that is known goes first. Where Salesforce refuses it, the configured one may
   * be newer still: somebody authorised the app again.
   */
  async #refresh(connection: Connection, configured: string): Promise<TokenAnswer> {
    const newest = this.#refreshToken ?? (await this.#options.tokenStore?.load()) ?? configured;
    let used = newest;
    let answer: TokenAnswer;
    try {
      answer = readToken(await connection.oauth2.refreshToken(newest));
    } catch (error) {
      const refused = error instanceof SalesforceError && error.code === 'invalid_grant';
      if (!refused || newest === configured) throw error;
      used = configured;
      answer = readToken(await connection.oauth2.refreshToken(configured));
    }
    this.#refreshToken = used;
    const rotated = answer.refresh_token;
    if (rotated !== undefined && rotated !== used) await this.#keepRotated(rotated);
    return answer;
  }

  /** Salesforce forgets the old token when it gives a new one: keep it before anything else. */
  async #keepRotated(token: string): Promise<void> {
    rememberSecret(token);
    this.#refreshToken = token;
    if (this.#options.tokenStore !== undefined) {
      await this.#options.tokenStore.save(token);
    } else if (!this.#warned) {
      this.#warned = true;
      this.#options.onWarning(
        'Salesforce rotates the refresh token, and there is nowhere to keep the new one: ' +
          'set secretKey in sharetrail.yaml, or the next run cannot log in.',
      );
    }
  }
}

function readToken(answer: unknown): TokenAnswer {
  const parsed = tokenAnswer.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw errorOf(classifyLogin({ status: 200, headers: {}, body: undefined }, 0));
}
