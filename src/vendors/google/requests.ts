import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import pLimit, { type LimitFunction } from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import type { ByteBudget, ByteReservation } from '../http/byte-budget.ts';
import { asText, type HttpRequest } from '../http/http-message.ts';
import { withRetries } from '../http/retry.ts';
import { VendorTime } from '../http/vendor-time.ts';
import { type Access, AccessTokens } from './access-tokens.ts';
import { BatchRequests } from './batch-requests.ts';
import { blockQuota } from './block-quota.ts';
import { classifyResponse } from './classify.ts';
import { rootUrlOf } from './endpoints.ts';
import {
  AccessTokenExpired,
  errorOf,
  GoogleError,
  PageTokenPerhapsLost,
  Throttled,
} from './errors.ts';
import type { Service } from './failure.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import { type Apis, loadApis } from './load-apis.ts';
import { QuotaGate } from './quota-gate.ts';
import { SCOPES } from './scopes.ts';
import { callGoogle } from './transport.ts';

/** The options of Google's client, in addition to the parameters of a call. */
export type CallOptions = NonNullable<ConstructorParameters<typeof drive_v3.Drive>[0]>;

export interface ApiCall<T> extends Access {
  readonly service: Service;
  /** the call has a page token */
  readonly paged: boolean;
  /** holds the bytes of the response; the caller releases it */
  readonly reservation: ByteReservation;
  readonly invoke: (apis: Apis, options: CallOptions) => Promise<{ readonly data: unknown }>;
  /** receives the parsed body, or the text of a body that is not JSON */
  readonly read: (body: unknown) => T;
  /** called after each failure that may pass, except for a used-up quota */
  readonly onTemporaryFailure?: () => void;
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
  readonly budget: ByteBudget;
}

/**
 * Sends calls through Google's own client, with our transport, retries and sign-in: see
 * docs/decisions/0007-sign-in-to-google.md.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #time: VendorTime;
  readonly #tokens: AccessTokens;
  readonly #gate: QuotaGate;
  readonly #limit: LimitFunction;
  /** calls that share one request */
  readonly batches: BatchRequests;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#time = new VendorTime(options.clock);
    this.#tokens = new AccessTokens({ ...options, time: this.#time });
    this.#gate = new QuotaGate(options.clock);
    this.#limit = pLimit(options.requestsAtOnceMax);
    this.batches = new BatchRequests({
      ...options,
      time: this.#time,
      tokens: this.#tokens,
      gate: this.#gate,
      limit: this.#limit,
    });
  }

  /** Google's time, as far as its responses show it. Epoch milliseconds. */
  now(): number {
    return this.#time.now();
  }

  /** Signs in, unless Google's time is known from a response. */
  async learnTime(access: Access): Promise<void> {
    if (!this.#time.isKnown) await this.signIn(access);
  }

  /** Requests a token, unless a valid one is known. */
  async signIn(access: Access): Promise<void> {
    await withRetries(() => this.#tokens.get(access), this.#options);
  }

  /**
   * Retries every temporary failure: all calls only read. A page token counts as lost if Google says
   * so, or if a bare status suggests it twice: one web page of a proxy must not cost a comparison of
   * all files. Rejects with GoogleError, NotFound, PageTokenLost, RetryableError (all attempts
   * failed), or the reason of the signal.
   */
  send<T>(call: ApiCall<T>): Promise<T> {
    let waits = 0;
    let isTokenDoubted = false;
    const attempt = async (attempts: number) => {
      try {
        return await this.#sendOnce(call, attempts);
      } catch (error) {
        if (!(error instanceof PageTokenPerhapsLost) || isTokenDoubted) throw error;
        isTokenDoubted = true;
        throw new RetryableError(error.message, { cause: error });
      }
    };
    return withRetries(attempt, {
      ...this.#options,
      // After a used-up quota, the next attempt waits at the gate.
      isPaced: (error) => error instanceof Throttled,
      isFree: (error) => {
        if (!(error instanceof Throttled) || !error.isCertain) {
          call.onTemporaryFailure?.();
          return false;
        }
        waits += 1;
        const { quotaWaitMsMax, quotaWaitsMax } = GOOGLE_LIMITS;
        return waits <= quotaWaitsMax && this.#gate.usedUpMs(call.service) < quotaWaitMsMax;
      },
    });
  }

  async #sendOnce<T>(call: ApiCall<T>, attempts: number): Promise<T> {
    this.#options.signal.throwIfAborted();
    const token = await this.#tokens.get(call);
    try {
      return await this.#whenQuotasAllow(call, token, attempts);
    } catch (error) {
      if (!(error instanceof AccessTokenExpired)) throw error;
    }
    const renewed = await this.#tokens.get(call, token);
    try {
      return await this.#whenQuotasAllow(call, renewed, attempts);
    } catch (error) {
      throw error instanceof AccessTokenExpired ? stillExpired(error) : error;
    }
  }

  /** A call that waits for a quota is not one of those in flight. */
  async #whenQuotasAllow<T>(call: ApiCall<T>, token: string, attempts: number): Promise<T> {
    const quotas = [call.service];
    for (;;) {
      await this.#gate.waitUntilFree(quotas, this.#options.signal);
      const response = await this.#limit(async () => {
        // Another call may have used up the quota while this one was queued.
        if (this.#gate.remainingMs(quotas) > 0) return undefined;
        try {
          return { body: await this.#request(call, token) };
        } catch (error) {
          if (error instanceof Throttled) {
            const { random } = this.#options;
            blockQuota(this.#gate, { quota: call.service, error, attempts, random });
          }
          throw error;
        }
      });
      if (response === undefined) continue;
      this.#gate.addSuccess(call.service);
      return call.read(response.body);
    }
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
        // Node itself handles proxies; the library would load an agent that is never used.
        noProxy: [/^/],
        fetchImplementation: async (url, init) => {
          try {
            const headers = Object.fromEntries(new Headers(init?.headers));
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

  async #fetch<T>(call: ApiCall<T>, request: HttpRequest): Promise<Response> {
    const { clock, onCall } = this.#options;
    this.#options.signal.throwIfAborted();
    onCall();
    const sentAt = clock.now();
    const response = await callGoogle(request, { ...this.#options, reservation: call.reservation });
    this.#time.learn(response.headers, sentAt);
    if (response.status >= 400) {
      const { service, paged } = call;
      const context = { service, paged, scopes: SCOPES[call.scopeSet], nowMs: clock.now() };
      throw errorOf(classifyResponse(asText(response), context));
    }
    const { headers } = response;
    const { body } = asText(response);
    // The library reads nothing but the text. A Response with a body would copy it twice.
    return Object.assign(new Response(null, { headers }), { text: async () => body });
  }
}

function stillExpired(error: AccessTokenExpired): GoogleError {
  return new GoogleError(`${error.message} (again with a new access token)`, {
    reason: 'authError',
    concerns: 'subject',
    hint:
      'The sign-in works, but its access token is refused: check the API controls in the Google ' +
      'Admin console, which may block the app, and any proxy between this machine and Google.',
  });
}
