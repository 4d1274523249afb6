import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import pLimit, { type LimitFunction } from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Access, AccessTokens } from './access-tokens.ts';
import { classifyResponse } from './classify.ts';
import { rootUrlOf } from './endpoints.ts';
import { AccessTokenExpired, errorOf, GoogleError, Throttled } from './errors.ts';
import type { QuotaHolder, Service } from './failure.ts';
import { type Apis, loadApis } from './load-apis.ts';
import { QuotaGate } from './quota-gate.ts';
import { isTooLong, retryDelayMs, withRetries } from './retry.ts';
import { SCOPES } from './scopes.ts';
import { exchange, type HttpCall, textOf } from './transport.ts';

/** What Google's client takes beside the parameters of a call. */
export type CallOptions = NonNullable<ConstructorParameters<typeof drive_v3.Drive>[0]>;

export interface ApiCall<T> extends Access {
  readonly service: Service;
  /** the call goes on from a page token */
  readonly paged: boolean;
  readonly invoke: (apis: Apis, options: CallOptions) => Promise<{ readonly data: unknown }>;
  /** reads the parsed body, or the text of one that is not JSON */
  readonly read: (body: unknown) => T;
}

export interface RequestsOptions {
  readonly config: Pick<GoogleDriveConfig, 'auth' | 'endpoint'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onCall: () => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
  readonly requestsAtOnceMax: number;
  readonly responseMsMax: number;
}

/**
 * Sends calls through Google's own client, with a transport, a retry policy and sign-ins of ours:
 * its own transport follows redirects with the token, has no time-out, ignores Retry-After and
 * never repeats a 403; its sign-in renews without end where Reports answers 401.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #tokens: AccessTokens;
  readonly #holds: QuotaGate;
  readonly #limit: LimitFunction;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#tokens = new AccessTokens(options);
    this.#holds = new QuotaGate(options.clock);
    this.#limit = pLimit(options.requestsAtOnceMax);
  }

  /**
   * Any failure that may pass is tried again: every call only reads. Rejects with GoogleError,
   * NotFound, PageTokenLost, RetryableError (tries are used up), or the reason of the signal.
   */
  send<T>(call: ApiCall<T>): Promise<T> {
    return withRetries((tries) => this.#sendOnce(call, tries), this.#options);
  }

  async #sendOnce<T>(call: ApiCall<T>, tries: number): Promise<T> {
    this.#options.signal.throwIfAborted();
    const token = await this.#tokens.get(call);
    try {
      return await this.#inTurn(call, token, tries);
    } catch (error) {
      if (!(error instanceof AccessTokenExpired)) throw error;
    }
    const renewed = await this.#tokens.get(call, token);
    try {
      return await this.#inTurn(call, renewed, tries);
    } catch (error) {
      throw error instanceof AccessTokenExpired ? stillExpired(error) : error;
    }
  }

  /** A call that waits for a quota takes no place among those in flight. */
  async #inTurn<T>(call: ApiCall<T>, token: string, tries: number): Promise<T> {
    const quotas = quotasOf(call);
    for (;;) {
      await this.#holds.waitUntilFree(quotas, this.#options.signal);
      const answer = await this.#limit(async () => {
        // Somebody may have found it used up while this call stood in line.
        if (this.#holds.remainingMs(quotas) > 0) return undefined;
        try {
          return { body: await this.#request(call, token) };
        } catch (error) {
          if (error instanceof Throttled) this.#hold(quotaOf(call, error.holder), error, tries);
          throw error;
        }
      });
      if (answer !== undefined) return call.read(answer.body);
    }
  }

  #hold(quota: string, error: Throttled, tries: number): void {
    if (isTooLong(error)) return;
    const { random } = this.#options;
    this.#holds.block(quota, retryDelayMs(error, { tries, random }));
  }

  async #request<T>(call: ApiCall<T>, token: string): Promise<unknown> {
    const rootUrl = rootUrlOf(this.#options.config.endpoint);
    const apis = await loadApis();
    // The library wraps what its transport throws, together with the token.
    let thrown: { readonly error: unknown } | undefined;
    try {
      const { data } = await call.invoke(apis, {
        ...(rootUrl !== undefined && { rootUrl }),
        headers: { authorization: `Bearer ${token}` },
        responseType: 'json',
        retry: false,
        // A proxy is fetch's affair; the library would load an agent that nobody asks.
        noProxy: [/^/],
        fetchImplementation: async (url, init) => {
          try {
            const headers = new Headers(init?.headers);
            return await this.#fetch(call, { method: 'GET', url: String(url), headers });
          } catch (error) {
            thrown = { error };
            throw error;
          }
        },
      });
      return data;
    } catch (error) {
      throw thrown === undefined ? error : thrown.error;
    }
  }

  async #fetch<T>(call: ApiCall<T>, request: HttpCall): Promise<Response> {
    const { clock, onCall } = this.#options;
    this.#options.signal.throwIfAborted();
    onCall();
    const answer = await exchange(request, this.#options);
    if (answer.status >= 400) {
      const failed = { ...answer, body: textOf(answer.body) };
      const { service, paged } = call;
      const asked = { service, paged, scopes: SCOPES[call.scopeSet], nowMs: clock.now() };
      throw errorOf(classifyResponse(failed, asked));
    }
    return new Response(answer.body, { headers: answer.headers });
  }
}

function stillExpired(error: AccessTokenExpired): GoogleError {
  return new GoogleError(`${error.message} (again with a new access token)`, {
    reason: 'authError',
    concerns: 'subject',
    hint:
      'The sign-in works, but its access token is refused: look at API controls in the Google ' +
      'Admin console, which may block the app, and at what stands between this machine and Google.',
  });
}

function quotasOf({ service, subject }: ApiCall<unknown>): readonly string[] {
  return [service, `${service} ${subject}`];
}

function quotaOf({ service, subject }: ApiCall<unknown>, holder: QuotaHolder): string {
  return holder === 'service' ? service : `${service} ${subject}`;
}
