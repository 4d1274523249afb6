import { setTimeout as delay } from 'node:timers/promises';

/** Shorter than a test may take, so that the test still ends what it began. */
const WAIT_MS_MAX = 120_000;

/** Resolves as soon as `holds` does; looks every few ms. Throws where it never comes to hold. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(WAIT_MS_MAX);
  while (!holds()) await delay(2, undefined, { signal: deadline });
}
