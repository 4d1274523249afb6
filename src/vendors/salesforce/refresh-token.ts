import { UserError } from '../../lib/errors.ts';
import { rememberSecret } from '../../lib/secret.ts';
import { SalesforceError } from './errors.ts';

/** Keeps the refresh token that Salesforce gave last, where the app rotates them. */
export interface TokenStore {
  /** undefined where none was kept yet */
  load(): Promise<string | undefined>;
  /** on disk when it resolves: Salesforce does not take the old one any more */
  save(token: string): Promise<void>;
  /**
   * Does `work` while nobody else, in this process or another, trades a token of this store.
   * Absent: nobody else does.
   */
  exclusive?<T>(work: () => Promise<T>): Promise<T>;
}

/** What one trade of a refresh token brings. */
export interface Trade {
  /** the next refresh token, where the app rotates them */
  readonly refreshToken: string | undefined;
}

export interface RefreshTokensOptions {
  /** the token of the configuration, which began the chain of those in the store */
  readonly configured: string;
  readonly store: TokenStore | undefined;
  /** the run's: no trade begins after it */
  readonly signal: AbortSignal;
  /** called once, when a token came that cannot be kept beyond this process */
  readonly onUnkept: (warning: UserError) => void;
}

const AUTHORISE_AGAIN =
  '1. Set secretKey in sharetrail.yaml (`openssl rand -base64 32` makes one). 2. Authorise the ' +
  'app again, and put the new token where salesforce.auth.refreshToken leads: the one there is ' +
  'used up.';

/** The refresh tokens of one Salesforce app and user, of which only the newest may be good. */
export class RefreshTokens {
  readonly #options: RefreshTokensOptions;
  /** newest of this process; the store knows newer ones, of other processes */
  #newest: string | undefined;
  /** came from Salesforce, but the store failed: saved before anything else is tried */
  #unsaved: string | undefined;
  #warned = false;

  constructor(options: RefreshTokensOptions) {
    this.#options = options;
  }

  /**
   * Trades the newest token by `trade`, which must not heed the run's signal: a token whose answer
   * is thrown away is lost for good. Rejects with what `trade` or the store threw, and with the
   * signal's reason when the run was stopped meanwhile; the new token is kept by then.
   */
  async trade<T extends Trade>(trade: (refreshToken: string) => Promise<T>): Promise<T> {
    const { store, signal } = this.#options;
    signal.throwIfAborted();
    const work = () => this.#tradeAlone(trade);
    const traded = await (store?.exclusive ? store.exclusive(work) : work());
    signal.throwIfAborted();
    return traded;
  }

  // 1. Save what an earlier try could not. 2. Trade the newest token, which may be another
  // process's. 3. Where it is refused, trade the one that came into the store meanwhile, if any.
  async #tradeAlone<T extends Trade>(trade: (refreshToken: string) => Promise<T>): Promise<T> {
    const { store, configured } = this.#options;
    if (this.#unsaved !== undefined) await this.#save(this.#unsaved);
    const token = (await store?.load()) ?? this.#newest ?? configured;
    try {
      return await this.#tradeOne(token, trade);
    } catch (error) {
      if (!(error instanceof SalesforceError) || error.code !== 'invalid_grant') throw error;
      const latest = await store?.load();
      if (latest !== undefined && latest !== token) return this.#tradeOne(latest, trade);
      throw store === undefined ? withoutStore(error) : error;
    }
  }

  async #tradeOne<T extends Trade>(token: string, trade: (token: string) => Promise<T>) {
    // The wait for other processes may have been long.
    this.#options.signal.throwIfAborted();
    const traded = await trade(token);
    const { refreshToken } = traded;
    if (refreshToken !== undefined && refreshToken !== token) await this.#save(refreshToken);
    return traded;
  }

  /** Salesforce forgets the old token when it gives a new one: keep it before anything else. */
  async #save(token: string): Promise<void> {
    rememberSecret(token);
    this.#newest = token;
    const { store, onUnkept } = this.#options;
    if (store !== undefined) {
      this.#unsaved = token;
      await store.save(token);
      this.#unsaved = undefined;
    } else if (!this.#warned) {
      this.#warned = true;
      onUnkept(unkept());
    }
  }
}

function unkept(): UserError {
  return new UserError(
    'Salesforce replaced the refresh token, and without secretKey there is nowhere to keep the ' +
      'new one: the next run cannot log in',
    { hint: AUTHORISE_AGAIN },
  );
}

/** The run before may have used the token up: then both steps are needed, not the second alone. */
function withoutStore({ message, code, hint }: SalesforceError): SalesforceError {
  const rotates = `If the app rotates refresh tokens: ${AUTHORISE_AGAIN}`;
  return new SalesforceError(message, { code, hint: hint ? `${hint} ${rotates}` : rotates });
}
