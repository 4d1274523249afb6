import type { CliWorld } from './cli-world.ts';
import type { Command } from './command.ts';
import { until } from './until.ts';

/**
 * Suspends a run whose requests to Gong hang, once its earlier responses are on record: a process that
 * is suspended in a transaction would keep its lock.
 */
export async function suspendInRequests(
  world: CliWorld,
  { command, responses }: { readonly command: Command; readonly responses: number },
): Promise<void> {
  await until(() => world.query('select 1 from attempt').length === responses);
  command.kill('SIGSTOP');
}
