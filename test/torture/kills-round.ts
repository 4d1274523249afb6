import type { CommandEnd } from '../support/command.ts';
import { holes } from './kills-checks.ts';
import type { TortureWorld } from './kills-world.ts';

/** A fault and how often to choose it. */
export interface Round {
  readonly fault: string;
  readonly weight: number;
  /** Lets the fault happen. Returns how often it did. */
  readonly strike: (torture: TortureWorld) => Promise<number>;
}

/** The exit codes of a run that nothing but Gong has disturbed. */
export const USUAL = [0, 1, 3];

/** The commands of a run, as an operator or cron starts them. */
export function anyRun(torture: TortureWorld, which: 'any' | 'sending' = 'any'): string {
  const kind = torture.random();
  if (kind < 0.5) return 'sync';
  if (kind < 0.65) return 'sync --full';
  if (kind < 0.75) return which === 'any' ? 'sync --no-push' : 'sync';
  if (kind < 0.85) {
    torture.world.sandbox.clock.advance(61 * 60_000);
    return 'start';
  }
  torture.company.backfillStarted();
  const { since, until } = torture.company.pastWindow;
  return `backfill --since ${since} --until ${until}`;
}

/** A command that was not killed ended as documented. Returns the number of kills. */
export function check(
  torture: TortureWorld,
  words: string,
  end: CommandEnd,
  allowed: readonly number[],
): number {
  torture.failures.push(...holes(torture).map((hole) => `after ${words}: ${hole}`));
  if (end.code === 'SIGKILL') return 1;
  if (!allowed.includes(Number(end.code))) {
    torture.failures.push(`${words} exited with ${end.code}: ${end.stderr.slice(-1_500)}`);
  }
  return 0;
}
