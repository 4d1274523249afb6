import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import type { CliWorld } from './cli-world.ts';
import type { CommandOptions } from './command.ts';

/** The environment variable that repeats a series of kills. */
const SEED_VARIABLE = 'KILL_SEED';
const SEEDS = 1_000_000;
const FURTHER_MS_MAX = 8;
const PROCESSES_MAX = 80;

/** A different seed each time, unless `KILL_SEED` is set. */
export function chooseSeed(): number {
  return Number(process.env[SEED_VARIABLE] ?? Date.now() % SEEDS);
}

/** The command that repeats the same kills. */
export function repeatLine(seed: number, file: string): string {
  return `repeat with: ${SEED_VARIABLE}=${seed} vitest run test/faults/${file}`;
}

export interface Killed {
  readonly kills: number;
}

/**
 * Starts a command and kills it at a random moment, repeatedly, until one completes. A moment is a
 * number of requests plus a few ms, so that kills are spread over the entire run even on a slow
 * machine. `afterKill` can check what a kill left behind.
 */
export async function runUntilDone(
  world: CliWorld,
  options: {
    readonly command?: CommandOptions;
    readonly words: string;
    /** the most requests of one process before its kill */
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
    let hasEnded = false;
    const end = command.ended().finally(() => {
      hasEnded = true;
    });
    const last = seen() + 1 + Math.floor(random() * options.requestsMax);
    while (!hasEnded && seen() < last) await delay(1);
    await delay(random() * FURTHER_MS_MAX);
    command.kill('SIGKILL');
    const { code, stderr } = await end;
    if (code === 0) return { kills };
    // 1: all attempts of one event failed; the next run tries again.
    if (code !== 'SIGKILL' && code !== 1) throw new Error(`exited with ${code}: ${stderr}`);
    if (code === 'SIGKILL') kills += 1;
    options.afterKill();
  }
  throw new Error(`incomplete after ${PROCESSES_MAX} processes`);
}
