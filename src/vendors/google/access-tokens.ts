import { z } from 'zod';
import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { rememberToken } from '../../lib/secret.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { asText, type TextResponse } from '../http/http-message.ts';
import { parseJson } from '../http/json.ts';
import type { VendorTime } from '../http/vendor-time.ts';
import { JWT_BEARER } from '../jwt.ts';
import { classifyLogin, classifyNoToken, type SignIn } from './classify-login.ts';
import { tokenUrlOf } from './endpoints.ts';
import { ClockOff, errorOf } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import { SCOPES, type ScopeSet } from './scopes.ts';
import { readServiceAccountKey, type ServiceAccountKey, signAssertion } from './service-account.ts';
import { callGoogle, type GoogleCallOptions } from './transport.ts';

/** OAuth 2.0 for service accounts: a token lives an hour */
const LIFE_SECONDS_DEFAULT = 3_600;
/** Google's Date header is in whole seconds, and a response takes a while */
const CLOCK_TOLERANCE_MS = 5_000;

const tokenResponse = z.object({
  // RFC 6749, appendix A.12. Google's library throws for a header that cannot be sent.
  access_token: z.string().regex(/^[\x20-\x7e]+$/),
  expires_in: z.coerce.number().positive().catch(LIFE_SECONDS_DEFAULT),
});

/** The user and the scopes that a token is for. */
export interface Access {
  /** an email; ignored if the only credential is one user's refresh token */
  readonly subject: string;
  readonly scopeSet: ScopeSet;
}

interface Token {
  readonly value: string;
  /** epoch milliseconds, some time before it expires */
  readonly renewAt: number;
}

export interface AccessTokensOptions extends Omit<GoogleCallOptions, 'reservation'> {
  readonly config: Pick<GoogleDriveConfig, 'auth' | 'endpoint'>;
  readonly clock: Clock;
  /** learns Google's time from each response */
  readonly time: VendorTime;
  readonly onWarning: (message: string) => void;
  readonly budget: ByteBudget;
  /** default: GOOGLE_LIMITS.tokensMax */
  readonly tokensMax?: number;
}

/** One token per subject and scope set. All requests share it until it expires. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  /** in the order of their last use */
  readonly #tokens = new Map<string, Promise<Token>>();
  readonly #granted = new Set<ScopeSet>();
  #key: ServiceAccountKey | undefined;
  /** how far Google's clock is ahead of ours; known once Google has refused our time */
  #clockOffsetMs = 0;

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /**
   * A valid token other than `expired`, which Google refused. Rejects with a GoogleError if Google
   * refuses the sign-in, and with a RetryableError if it may succeed later. A failure is not
   * cached: the next call signs in again.
   */
  async get(access: Access, expired?: string): Promise<string> {
    const key = this.#keyOf(access);
    for (;;) {
      const pending = this.#tokens.get(key);
      if (pending === undefined) return (await this.#request(key, access)).value;
      const token = await pending;
      const isGood = token.value !== expired && this.#options.clock.now() < token.renewAt;
      // The first caller that finds it stale requests a new one, which the others then find here.
      // A good one moves to the end: see #dropOne.
      if (this.#tokens.get(key) === pending) this.#tokens.delete(key);
      if (!isGood) continue;
      this.#tokens.set(key, pending);
      return token.value;
    }
  }

  #request(key: string, access: Access): Promise<Token> {
    const token = this.#signIn(access);
    this.#tokens.set(key, token);
    token.catch(() => {
      if (this.#tokens.get(key) === token) this.#tokens.delete(key);
    });
    if (this.#tokens.size > (this.#options.tokensMax ?? GOOGLE_LIMITS.tokensMax)) this.#dropOne();
    return token;
  }

  /**
   * Drops a token that was used shortly before those in use. To drop the one that was not used for the
   * longest time would be wrong: a run goes through all users again and again, and would drop each
   * token just before its next use.
   */
  #dropOne(): void {
    const place = this.#tokens.size - 1 - GOOGLE_LIMITS.tokensInUseMax;
    const [dropped] = this.#tokens.keys().drop(Math.max(0, place));
    if (dropped !== undefined) this.#tokens.delete(dropped);
  }

  async #signIn(access: Access): Promise<Token> {
    const response = await this.#post(this.#formOf(access));
    try {
      return this.#read(response, access);
    } catch (error) {
      if (!(error instanceof ClockOff) || !this.#adoptTime(response)) throw error;
    }
    return this.#read(await this.#post(this.#formOf(access)), access);
  }

  #read(response: TextResponse, access: Access): Token {
    const nowMs = this.#options.clock.now();
    if (response.status >= 400) {
      throw errorOf(classifyLogin(response, this.#factsOf(access, nowMs)));
    }
    const parsed = tokenResponse.safeParse(parseJson(response.body));
    if (!parsed.success) throw errorOf(classifyNoToken());
    const value = parsed.data.access_token;
    rememberToken(value);
    this.#granted.add(access.scopeSet);
    const lifeMs = parsed.data.expires_in * 1_000;
    return { value, renewAt: nowMs + lifeMs - Math.min(GOOGLE_LIMITS.tokenReserveMs, lifeMs / 2) };
  }

  /** The refusal carries Google's own time: the next assertion uses it. */
  #adoptTime({ headers }: TextResponse): boolean {
    const date = Date.parse(headers['date'] ?? '');
    const offsetMs = date - this.#options.clock.now();
    if (Number.isNaN(date) || Math.abs(offsetMs - this.#clockOffsetMs) < CLOCK_TOLERANCE_MS) {
      return false;
    }
    this.#clockOffsetMs = offsetMs;
    const seconds = Math.abs(Math.round(offsetMs / 1_000));
    const way = offsetMs > 0 ? 'behind' : 'ahead of';
    this.#options.onWarning(
      `This machine's clock is ${seconds} s ${way} Google's: set it. ` +
        "Until then, sign-ins use Google's clock.",
    );
    return true;
  }

  #formOf({ subject, scopeSet }: Access): Readonly<Record<string, string>> {
    const { auth } = this.#options.config;
    if (auth.flow === 'refresh-token') {
      return {
        grant_type: 'refresh_token',
        client_id: auth.clientId,
        client_secret: auth.clientSecret.reveal(),
        refresh_token: auth.refreshToken.reveal(),
      };
    }
    this.#key ??= readServiceAccountKey(auth.key.reveal());
    const nowMs = this.#options.clock.now() + this.#clockOffsetMs;
    const facts = { subject, scopes: SCOPES[scopeSet], nowMs };
    return { grant_type: JWT_BEARER, assertion: signAssertion(this.#key, facts) };
  }

  async #post(form: Readonly<Record<string, string>>): Promise<TextResponse> {
    const request = {
      method: 'POST',
      url: tokenUrlOf(this.#options.config.endpoint),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams(form).toString(),
    };
    const { clock, time, budget } = this.#options;
    const reservation = budget.open();
    const sentAt = clock.now();
    try {
      const response = asText(await callGoogle(request, { ...this.#options, reservation }));
      time.learn(response.headers, sentAt);
      return response;
    } finally {
      reservation.release();
    }
  }

  #factsOf({ subject, scopeSet }: Access, nowMs: number): SignIn {
    const scopes = SCOPES[scopeSet];
    if (this.#options.config.auth.flow === 'refresh-token') {
      return { flow: 'refresh-token', scopes, nowMs };
    }
    const clientId = this.#key?.clientId;
    const granted = this.#granted.has(scopeSet);
    const account = { flow: 'service-account', subject, scopes, nowMs, granted } as const;
    return clientId === undefined ? account : { ...account, clientId };
  }

  #keyOf({ subject, scopeSet }: Access): string {
    const oneForAll = this.#options.config.auth.flow === 'refresh-token';
    return oneForAll ? '' : `${scopeSet} ${subject}`;
  }
}
