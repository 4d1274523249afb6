import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import type { CliWorld } from './cli-world.ts';
import type { CommandOptions } from './command.ts';

/** The variable that repeats a series of kills. */
const SEED_VARIABLE = 'KILL_SEED';
const SEEDS = 1_000_000;
const FURTHER_MS_MAX = 8;
const PROCESSES_MAX = 80;

/** Another one each time, unless `KILL_SEED` says which. */
export function chooseSeed(): number {
  return Number(process.env[SEED_VARIABLE] ?? Date.now() % SEEDS);
}

/** What has to be typed to see the same kills again. */
export function repeatLine(seed: number, file: string): string {
  return `repeat with: ${SEED_VARIABLE}=${seed} vitest run test/faults/${file}`;
}

export interface Killed {
  readonly kills: number;
}

/**
 * Starts a command and kills it at a random moment, again and again until one says that all is done.
 * Moments are counted in requests, then a few ms on, so that they fall everywhere in a run on a
 * slow machine too. `afterKill` may look at what was left behind.
 */
export async function runUntilDone(
  world: CliWorld,
  options: {
    readonly command?: CommandOptions;
    readonly words: string;
    /** that a process may see before it is killed */
    readonly requestsMax: number;
    readonly seed: number;
    readonly afterKill: () => void;
  },
): Promise<Killed> {
  const random = createRandom(options.seed);
  const { salesforce, google, gong } = world.sandbox.traffic;
  const seen = () =>
    [salesforce, google, gong].reduce((sum, { counts }) => sum + counts.requests, 0);
  for (let kills = 0; kills < PROCESSES_MAX; ) {
    const command = world.start(options.words, options.command);
    let over = false;
    const end = command.ended().finally(() => {
      over = true;
    });
    const last = seen() + 1 + Math.floor(random() * options.requestsMax);
    while (!over && seen() < last) await delay(1);
    await delay(random() * FURTHER_MS_MAX);
    command.kill('SIGKILL');
    const { code, stderr } = await end;
    if (code === 0) return { kills };
    // 1: Gong failed one event five times running; the next run goes on with it.
    if (code !== 'SIGKILL' && code !== 1) throw new Error(`ended with ${code}: ${stderr}`);
    if (code === 'SIGKILL') kills += 1;
    options.afterKill();
  }
  throw new Error(`not done after ${PROCESSES_MAX} processes`);
}
