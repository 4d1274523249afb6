import type { Clock } from '../lib/clock.ts';
import { LIVE_LIMITS } from './limits.ts';

export interface LiveUpdatesOptions {
  readonly clock: Clock;
  /** changes whenever the database does */
  readonly version: () => Promise<number>;
  /** ends all streams */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();
const CHANGE = encoder.encode('event: change\ndata:\n\n');
const KEEP_ALIVE = encoder.encode(': no change\n\n');

/** Server-sent events that say that the pages have changed. Polls only while someone listens. */
export class LiveUpdates {
  readonly #options: LiveUpdatesOptions;
  #streams = 0;

  constructor(options: LiveUpdatesOptions) {
    this.#options = options;
  }

  /** Undefined if too many are open. */
  open(): ReadableStream<Uint8Array> | undefined {
    if (this.#streams >= LIVE_LIMITS.streamsMax) return undefined;
    this.#streams += 1;
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, this.#options.signal]);
    return new ReadableStream({
      start: (controller) => {
        controller.enqueue(KEEP_ALIVE);
        void this.#send(controller, signal).finally(() => {
          this.#streams -= 1;
        });
      },
      cancel: () => closed.abort(),
    });
  }

  async #send(
    controller: ReadableStreamDefaultController<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, version } = this.#options;
    const endsAt = clock.now() + LIVE_LIMITS.streamMsMax;
    try {
      let known = await version();
      let sentAt = clock.now();
      while (clock.now() < endsAt) {
        await clock.sleep(LIVE_LIMITS.pollMs, signal);
        const current = await version();
        const isQuiet = clock.now() - sentAt < LIVE_LIMITS.keepAliveMs;
        if (current === known && isQuiet) continue;
        controller.enqueue(current === known ? KEEP_ALIVE : CHANGE);
        known = current;
        sentAt = clock.now();
      }
      controller.close();
    } catch {
      // The client left, the server stops, or the database failed: the browser connects again.
      if (signal.aborted && !this.#options.signal.aborted) return;
      controller.close();
    }
  }
}
