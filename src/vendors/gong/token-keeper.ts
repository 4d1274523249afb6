import type { GongConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { type GongOauth, requestTokens } from './token-request.ts';
import {
  type GongTokenStore,
  type GongTokens,
  rememberTokens,
  type TokenResult,
} from './tokens.ts';

/** Access tokens are renewed a little early, for clocks that differ and calls under way. */
const EXPIRY_MARGIN_MS = 60_000;

export interface TokenKeeperOptions {
  readonly config: GongConfig;
  readonly auth: GongOauth;
  readonly store: GongTokenStore;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/**
 * Holds the tokens of one Gong account and renews them: one renewal at a time, whoever asks.
 * A new pair is saved before it is used, since the answer that brought it is the only copy.
 */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  #tokens: GongTokens | undefined;
  /** came from Gong, but the store failed: saved before anything else is tried */
  #unsaved: GongTokens | undefined;
  #renewal: Promise<TokenResult> | undefined;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
  }

  /** Tokens that have not run out. Rejects only where the store does. */
  async current(): Promise<TokenResult> {
    const tokens = this.#tokens;
    return tokens && !this.#isStale(tokens) ? use(tokens) : this.renew(tokens);
  }

  /**
   * Tokens other than `unusable`, which ran out or which Gong did not accept. Joins a renewal that
   * is under way. Rejects only where the store does.
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

  // 1. Save what an earlier try could not. 2. Take what another sender or process got meanwhile.
  // 3. Trade the newest refresh token. 4. Save the pair before anybody sees it.
  async #renewNow(unusable: GongTokens | undefined): Promise<TokenResult> {
    if (this.#unsaved) await this.#save(this.#unsaved);
    const stored = await this.#load();
    if (stored && stored.accessToken !== unusable?.accessToken && !this.#isStale(stored)) {
      return use(stored);
    }
    const refreshToken = stored?.refreshToken ?? this.#options.auth.refreshToken.reveal();
    const result = await this.#request(refreshToken);
    if (result.kind === 'tokens') await this.#save(result.tokens);
    if (result.kind === 'tokens' || result.answer.kind !== 'refused') return result;
    // Another process may have traded the same token a moment ago, and saved the pair it got.
    const latest = await this.#load();
    const isNews = latest !== undefined && latest.refreshToken !== refreshToken;
    return isNews && !this.#isStale(latest) ? use(latest) : result;
  }

  #request(refreshToken: string): Promise<TokenResult> {
    const { auth, config, clock, timeoutMs, userAgent } = this.#options;
    const now = () => clock.now();
    return requestTokens({
      auth,
      refreshToken,
      baseUrl: config.baseUrl,
      userAgent,
      timeoutMs,
      now,
    });
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
    return tokens.expiresAt - EXPIRY_MARGIN_MS <= this.#options.clock.now();
  }
}

function use(tokens: GongTokens): TokenResult {
  return { kind: 'tokens', tokens };
}
