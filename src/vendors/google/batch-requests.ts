import type { LimitFunction } from 'p-limit';
import type { GoogleDriveConfig } from '../../config/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { RetryableError, UserError } from '../../lib/errors.ts';
import type { ByteReservation } from '../http/byte-budget.ts';
import { asText, type TextResponse } from '../http/http-message.ts';
import type { VendorTime } from '../http/vendor-time.ts';
import type { Access, AccessTokens } from './access-tokens.ts';
import { type BatchPart, fitsInBatch, parseBatch, writeBatch } from './batch-message.ts';
import { blockQuota } from './block-quota.ts';
import { classifyResponse } from './classify.ts';
import { batchUrlOf } from './endpoints.ts';
import { errorOf, GoogleError, NotFound, RESPONSE_TOO_LARGE, Throttled } from './errors.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import type { QuotaGate } from './quota-gate.ts';
import { SCOPES } from './scopes.ts';
import { callGoogle } from './transport.ts';

const SERVICE = 'drive';
const NOT_IMPLEMENTED = 501;

/** One GET of the Drive API. */
export interface BatchCall extends Access {
  /** path and query */
  readonly target: string;
}

/** The text of a success, or the fact that there is no such item. */
export type BatchAnswer = { readonly body: string } | 'not-found';

export interface BatchRequestsOptions {
  readonly config: Pick<GoogleDriveConfig, 'endpoint'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onCall: () => void;
  readonly signal: AbortSignal;
  readonly responseMsMax: number;
  readonly time: VendorTime;
  readonly tokens: AccessTokens;
  readonly gate: QuotaGate;
  readonly limit: LimitFunction;
}

/** By the index of the signed call. */
type Responses = ReadonlyMap<number, TextResponse>;

interface SignedCall {
  readonly call: BatchCall;
  readonly part: BatchPart;
}

/**
 * Sends calls of the Drive API together, each as its own user: see
 * docs/decisions/0008-batches-of-files.md. A batch only saves requests. A call without an answer must
 * be sent alone, with the retries and errors that a single call has; so nothing here fails a run.
 */
export class BatchRequests {
  readonly #options: BatchRequestsOptions;
  #failuresInRow = 0;
  #isProven = false;

  constructor(options: BatchRequestsOptions) {
    this.#options = options;
  }

  /** False once this server has shown that it has no batches, or has failed several in a row. */
  get isOffered(): boolean {
    return this.#failuresInRow < GOOGLE_LIMITS.batchFailuresMax;
  }

  /** True once a batch was answered: until then, they are sent one at a time. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /**
   * Only while `isOffered`. The answers, by the place of the call. Rejects only with the reason of
   * the signal.
   */
  async send(
    calls: readonly BatchCall[],
    reservation: ByteReservation,
  ): Promise<ReadonlyMap<number, BatchAnswer>> {
    const signed = await this.#sign(calls);
    const answers = new Map<number, BatchAnswer>();
    if (signed.length === 0) return answers;
    const responses = await this.#whenQuotaAllows(signed, reservation);
    if (responses === undefined) return answers;
    const places = new Map(calls.map((call, place) => [call, place]));
    for (const [index, { call }] of signed.entries()) {
      const response = responses.get(index);
      const answer = response && this.#answerIn(response, call);
      const place = places.get(call);
      if (answer !== undefined && place !== undefined) answers.set(place, answer);
    }
    this.#learn(answers.size > 0 ? 'success' : 'failure');
    return answers;
  }

  /** Those whose user can sign in. The others learn alone why theirs cannot. */
  async #sign(calls: readonly BatchCall[]): Promise<readonly SignedCall[]> {
    const users = Map.groupBy(calls, ({ scopeSet, subject }) => `${scopeSet} ${subject}`);
    const signed = await Promise.all(
      [...users.values()].map(([first, ...others]) => this.#signFor(first, others)),
    );
    return signed.flat();
  }

  async #signFor(
    first: BatchCall | undefined,
    others: readonly BatchCall[],
  ): Promise<readonly SignedCall[]> {
    if (first === undefined) return [];
    try {
      const { tokens, limit } = this.#options;
      const token = await limit(() => tokens.get(first));
      const signed = [first, ...others].map((call) => ({
        call,
        part: { target: call.target, token },
      }));
      return signed.filter(({ part }) => fitsInBatch(part));
    } catch (error) {
      this.#requireFailure(error);
      return [];
    }
  }

  /** Undefined: none of the calls has a response. */
  async #whenQuotaAllows(
    signed: readonly SignedCall[],
    reservation: ByteReservation,
  ): Promise<Responses | undefined> {
    const { gate, limit, signal } = this.#options;
    for (;;) {
      await gate.waitUntilFree([SERVICE], signal);
      const outcome = await limit(async () => {
        // Another call may have used up the quota while this one was queued.
        if (gate.remainingMs([SERVICE]) > 0) return undefined;
        return { responses: await this.#trySend(signed, reservation) };
      });
      if (outcome !== undefined) return outcome.responses;
    }
  }

  async #trySend(
    signed: readonly SignedCall[],
    reservation: ByteReservation,
  ): Promise<Responses | undefined> {
    try {
      const response = await this.#request(signed, reservation);
      const responses = responsesIn(response);
      if (responses === undefined) this.#addFailure(response);
      // Google bills each call of a batch, not the batch.
      else for (let call = 1; call < signed.length; call += 1) this.#options.onCall();
      return responses;
    } catch (error) {
      this.#requireFailure(error);
      this.#learn(mayPass(error) ? 'failure' : 'no-batches');
      return undefined;
    }
  }

  async #request(
    signed: readonly SignedCall[],
    reservation: ByteReservation,
  ): Promise<TextResponse> {
    const { config, clock, time, onCall, signal } = this.#options;
    signal.throwIfAborted();
    const { contentType, body } = writeBatch(signed.map(({ part }) => part));
    const request = {
      method: 'POST',
      url: batchUrlOf(config.endpoint),
      headers: { 'content-type': contentType, accept: 'multipart/mixed' },
      body,
    };
    onCall();
    const sentAt = clock.now();
    const response = asText(await callGoogle(request, { ...this.#options, reservation }));
    time.learn(response.headers, sentAt);
    return response;
  }

  #answerIn(response: TextResponse, call: BatchCall): BatchAnswer | undefined {
    if (response.status < 300) {
      this.#options.gate.addSuccess(SERVICE);
      return { body: response.body };
    }
    return this.#errorIn(response, call) instanceof NotFound ? 'not-found' : undefined;
  }

  /** What the same response to a single call means. A used-up quota delays every call. */
  #errorIn(response: TextResponse, { scopeSet }: Pick<BatchCall, 'scopeSet'>): Error {
    const { clock, gate, random } = this.#options;
    const scopes = SCOPES[scopeSet];
    const context = { service: SERVICE, paged: false, scopes, nowMs: clock.now() } as const;
    const error = errorOf(classifyResponse(response, context));
    if (error instanceof Throttled) {
      blockQuota(gate, { quota: SERVICE, error, attempts: 1, random });
    }
    return error;
  }

  #addFailure(response: TextResponse): void {
    const { status } = response;
    const isRefusal = status >= 400 && status !== NOT_IMPLEMENTED;
    const error = isRefusal ? this.#errorIn(response, { scopeSet: 'drive' }) : undefined;
    this.#learn(mayPass(error) ? 'failure' : 'no-batches');
  }

  #learn(outcome: 'success' | 'failure' | 'no-batches'): void {
    const { batchFailuresMax } = GOOGLE_LIMITS;
    if (outcome === 'success') this.#isProven = true;
    if (!this.isOffered) return;
    if (outcome === 'success') this.#failuresInRow = 0;
    else this.#failuresInRow += outcome === 'failure' ? 1 : batchFailuresMax;
  }

  /** Throws what is neither Google's nor the network's: a stop, or a bug. */
  #requireFailure(error: unknown): void {
    this.#options.signal.throwIfAborted();
    if (!(error instanceof UserError || error instanceof RetryableError)) throw error;
  }
}

/**
 * False if the next batch will fail in the same way. A lost connection, and files with too much text,
 * say nothing about the next one.
 */
function mayPass(error: unknown): boolean {
  const isTooLarge = error instanceof GoogleError && error.reason === RESPONSE_TOO_LARGE;
  return error instanceof RetryableError || isTooLarge;
}

/** Undefined if the server did not answer as to a batch. */
function responsesIn({ status, headers, body }: TextResponse): Responses | undefined {
  const responses = status < 300 ? parseBatch(headers['content-type'], body) : undefined;
  return responses?.size === 0 ? undefined : responses;
}
