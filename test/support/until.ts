import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as `holds` does; looks every few ms. The test's own time limit bounds it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(2);
}
