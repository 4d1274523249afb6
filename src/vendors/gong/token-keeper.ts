import type { GongConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { GONG_LIMITS } from './limits.ts';
import { type GongOauth, requestTokens } from './token-request.ts';
import {
  type GongTokenStore,
  type GongTokens,
  rememberTokens,
  type TokenResult,
} from './tokens.ts';

export interface TokenKeeperOptions {
  readonly config: GongConfig;
  readonly auth: GongOauth;
  readonly store: GongTokenStore;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Keeps the tokens of one Gong account and renews them, with one renewal at a time for all callers.
 * A new pair is saved before it is used: the response that carries it is the only copy.
 */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  #tokens: GongTokens | undefined;
  /** received from Gong, but the store failed: saved before anything else is tried */
  #unsaved: GongTokens | undefined;
  #renewal: Promise<TokenResult> | undefined;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
  }

  /** Tokens that have not expired. Rejects only if the store does. */
  async current(): Promise<TokenResult> {
    const tokens = this.#tokens;
    return tokens && !this.#isStale(tokens) ? use(tokens) : this.renew(tokens);
  }

  /** The same; undefined if Gong does not issue any. */
  async valid(): Promise<GongTokens | undefined> {
    const result = await this.current();
    return result.kind === 'tokens' ? result.tokens : undefined;
  }

  /**
   * Tokens other than `unusable`, which expired or which Gong refused. Joins a renewal that is in
   * progress. Rejects only if the store does.
   */
  renew(unusable: GongTokens | undefined): Promise<TokenResult> {
    this.#renewal ??= this.#renewAlone(unusable).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renewAlone(unusable: GongTokens | undefined): Promise<TokenResult> {
    const { store } = this.#options;
    const work = () => this.#renewNow(unusable);
    const result = await (store.exclusive ? store.exclusive(work) : work());
    if (result.kind === 'tokens') this.#tokens = result.tokens;
    return result;
  }

  // 1. Save a pair that an earlier attempt could not save. 2. Use a pair that another sender or
  // process has stored in the meantime. 3. Use the latest refresh token. 4. Save the new pair
  // before anyone uses it.
  async #renewNow(unusable: GongTokens | undefined): Promise<TokenResult> {
    if (this.#unsaved) await this.#save(this.#unsaved);
    const stored = await this.#load();
    if (stored && stored.accessToken !== unusable?.accessToken && !this.#isStale(stored)) {
      return use(stored);
    }
    const refreshToken = stored?.refreshToken ?? this.#options.auth.refreshToken.reveal();
    const result = await this.#request(refreshToken);
    if (result.kind === 'tokens') await this.#save(result.tokens);
    if (result.kind === 'tokens' || result.response.kind !== 'refused') return result;
    // Another process may have just used the same token and saved its new pair.
    const latest = await this.#load();
    const isNew = latest !== undefined && latest.refreshToken !== refreshToken;
    return isNew && !this.#isStale(latest) ? use(latest) : result;
  }

  #request(refreshToken: string): Promise<TokenResult> {
    const { auth, config, clock, timeoutMs } = this.#options;
    const now = () => clock.now();
    return requestTokens({ auth, refreshToken, baseUrl: config.baseUrl, timeoutMs, now });
  }

  async #save(tokens: GongTokens): Promise<void> {
    this.#unsaved = tokens;
    await this.#options.store.save(tokens);
    this.#unsaved = undefined;
  }

  async #load(): Promise<GongTokens | undefined> {
    const tokens = await this.#options.store.load();
    if (tokens) rememberTokens(tokens);
    return tokens;
  }

  #isStale(tokens: GongTokens): boolean {
    return tokens.expiresAt - GONG_LIMITS.tokenReserveMs <= this.#options.clock.now();
  }
}

function use(tokens: GongTokens): TokenResult {
  return { kind: 'tokens', tokens };
}
