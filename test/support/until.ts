import { setTimeout as delay } from 'node:timers/promises';

/** Shorter than a test's timeout, so that the test can still clean up. */
const WAIT_MS_MAX = 120_000;

/** Resolves once the condition is true; checks every few ms. Throws if it never becomes true. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(WAIT_MS_MAX);
  while (!isTrue()) await delay(2, undefined, { signal: deadline });
}
