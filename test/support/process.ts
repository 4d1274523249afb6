import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Shorter than a test may take, so that the test itself sees the end of the process. */
const PROCESS_MS_MAX = 200_000;
/** Waits for a line; if the pipe closes before, kills the process. */
const WATCH = 'read -r line || kill -9 "$1"';

/**
 * Starts a process that this one never leaves behind, even if it is stopped: it is killed after the
 * limit, and a watcher kills it if this process dies, by whatever signal.
 */
export function spawnForTest(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess & { readonly pid: number } {
  const limits = { timeout: PROCESS_MS_MAX, killSignal: 'SIGKILL' } as const;
  const child = spawn(program, args, { ...options, ...limits });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  // Detached: Ctrl-C in the terminal must not end the watcher first.
  const watcher = spawn('sh', ['-c', WATCH, 'sh', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.once('exit', () => watcher.stdin.end('ended\n'));
  return Object.assign(child, { pid });
}
