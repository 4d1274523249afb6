import type { Clock } from '../../src/lib/clock.ts';
import type { GongSender } from '../../src/vendors/gong/client.ts';
import type { GongResponse } from '../../src/vendors/gong/response.ts';

export interface ScriptedRequest {
  readonly eventId: string;
  readonly body: string;
  readonly at: number;
  /** the number of this attempt to send the event, from 1 */
  readonly attempt: number;
}

export type GongScript = (request: ScriptedRequest) => GongResponse;

export const accepted: GongResponse = {
  kind: 'accepted',
  status: 201,
  requestId: 'request-1',
  integrationId: '9223372036854775807',
  errors: [],
};
export const duplicate: GongResponse = { kind: 'duplicate', status: 409, errors: ['exists'] };
export const unavailable: GongResponse = { kind: 'unavailable', status: 503, errors: ['down'] };
export const refused: GongResponse = {
  kind: 'refused',
  status: 401,
  errors: ['no such key'],
  hint: 'Check gong.auth.',
};

export function rejected(...errors: string[]): GongResponse {
  return { kind: 'rejected', status: 400, errors };
}

export function throttled(retryAfterMs?: number): GongResponse {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'throttled', status: 429, errors: ['too many'], ...wait };
}

/** A fake Gong client: responds by script, after a delay on the given clock. */
export class ScriptedGong implements GongSender {
  readonly account = 'account';
  readonly requests: ScriptedRequest[] = [];
  inFlight = 0;
  inFlightMax = 0;
  readonly #clock: Clock;
  readonly #script: GongScript;
  readonly #responseMs: (request: ScriptedRequest) => number;

  constructor(
    clock: Clock,
    options: {
      readonly script: GongScript;
      readonly responseMs: (request: ScriptedRequest) => number;
    },
  ) {
    this.#clock = clock;
    this.#script = options.script;
    this.#responseMs = options.responseMs;
  }

  /** event ids in sending order */
  get sent(): string[] {
    return this.requests.map((request) => request.eventId);
  }

  async shareContent(
    body: string,
    signal: AbortSignal,
    onSent?: () => void,
  ): Promise<GongResponse> {
    signal.throwIfAborted();
    const { eventId } = JSON.parse(body) as { eventId: string };
    const attempt = this.sent.filter((sent) => sent === eventId).length + 1;
    const request = { eventId, body, at: this.#clock.now(), attempt };
    this.requests.push(request);
    onSent?.();
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    try {
      await this.#clock.sleep(this.#responseMs(request), signal);
      return this.#script(request);
    } finally {
      this.inFlight -= 1;
    }
  }
}
