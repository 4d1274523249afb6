import { UserError } from '../../lib/errors.ts';
import { rememberToken } from '../../lib/secret.ts';
import type { TokenStore } from '../token-store.ts';
import { SalesforceError } from './errors.ts';

export type RefreshTokenStore = TokenStore<string>;

/** A response to the use of a refresh token. */
export interface Refreshed {
  /** the next refresh token, if the app rotates them */
  readonly refreshToken: string | undefined;
}

export interface RefreshTokensOptions {
  /** the token in the configuration, the first of the chain */
  readonly configured: string;
  readonly store: RefreshTokenStore | undefined;
  /** the run's: no token is used after it is aborted */
  readonly signal: AbortSignal;
  /** called once, when a new token cannot be stored beyond this process */
  readonly onTokenNotSaved: (warning: UserError) => void;
}

const AUTHORIZE_AGAIN =
  '1. Set secretKey in sharetrail.yaml (`openssl rand -base64 32` makes one). 2. Authorize the ' +
  'app again, and replace the token that salesforce.auth.refreshToken refers to: it is used up.';

/** The refresh tokens of one Salesforce app and user. Only the latest may be valid. */
export class RefreshTokens {
  readonly #options: RefreshTokensOptions;
  /** the latest in this process; the store may have a later one, from another process */
  #latest: string | undefined;
  /** received from Salesforce, but the store failed: saved before anything else is tried */
  #unsaved: string | undefined;
  #warned = false;

  constructor(options: RefreshTokensOptions) {
    this.#options = options;
  }

  /**
   * Calls `request` with the latest token. `request` must ignore the run's signal: a new token in a
   * discarded response is lost. Rejects with an error of `request` or of the store, and with the
   * signal's reason if the run was stopped in the meantime; the new token is stored by then.
   */
  async use<T extends Refreshed>(request: (refreshToken: string) => Promise<T>): Promise<T> {
    const { store, signal } = this.#options;
    signal.throwIfAborted();
    const work = () => this.#useLatest(request);
    const refreshed = await (store?.exclusive ? store.exclusive(work) : work());
    signal.throwIfAborted();
    return refreshed;
  }

  // 1. Save a token that an earlier attempt could not save. 2. Use the latest token, possibly
  // another process's. 3. If it is refused, use the one that was stored in the meantime, if any.
  async #useLatest<T extends Refreshed>(request: (token: string) => Promise<T>): Promise<T> {
    const { store, configured } = this.#options;
    if (this.#unsaved !== undefined) await this.#save(this.#unsaved);
    const token = (await store?.load()) ?? this.#latest ?? configured;
    try {
      return await this.#useOne(token, request);
    } catch (error) {
      if (!(error instanceof SalesforceError) || error.code !== 'invalid_grant') throw error;
      const stored = await store?.load();
      if (stored !== undefined && stored !== token) return this.#useOne(stored, request);
      throw store === undefined ? withoutStore(error) : error;
    }
  }

  async #useOne<T extends Refreshed>(token: string, request: (token: string) => Promise<T>) {
    // The wait for other processes may have been long.
    this.#options.signal.throwIfAborted();
    // Of another process, or long ago.
    rememberToken(token);
    const refreshed = await request(token);
    const { refreshToken } = refreshed;
    if (refreshToken !== undefined && refreshToken !== token) await this.#save(refreshToken);
    return refreshed;
  }

  /** Salesforce revokes the old token when it issues a new one: store it before anything else. */
  async #save(token: string): Promise<void> {
    rememberToken(token);
    this.#latest = token;
    const { store, onTokenNotSaved } = this.#options;
    if (store !== undefined) {
      this.#unsaved = token;
      await store.save(token);
      this.#unsaved = undefined;
    } else if (!this.#warned) {
      this.#warned = true;
      onTokenNotSaved(notSaved());
    }
  }
}

function notSaved(): UserError {
  return new UserError(
    'Salesforce replaced the refresh token, and without secretKey the new one cannot be stored: ' +
      'the next run cannot log in',
    { hint: AUTHORIZE_AGAIN },
  );
}

/** An earlier run may have used the token up: then both steps are needed. */
function withoutStore({ message, code, hint }: SalesforceError): SalesforceError {
  const rotates = `If the app rotates refresh tokens: ${AUTHORIZE_AGAIN}`;
  return new SalesforceError(message, { code, hint: hint ? `${hint} ${rotates}` : rotates });
}
