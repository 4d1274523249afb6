import { expect } from 'vitest';
import { type DriveWorld, summariesOf } from './drive-world.ts';

const HOUR_MS = 60 * 60_000;

/**
 * Syncs without errors, an hour apart: often enough, actions are complete, and the change log waits no
 * longer. Returns summaries of all events.
 */
export async function syncHourly(world: DriveWorld, times = 1): Promise<string[]> {
  for (let run = 0; run < times; run += 1) {
    world.clock.advance(HOUR_MS);
    expect(await world.sync()).toMatchObject({ outcome: 'ok', errors: [] });
  }
  return summariesOf(await world.events());
}
