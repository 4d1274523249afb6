import { type ChildProcess, spawn } from 'node:child_process';

/** Options of a process in a test. The limit is shorter than the test's: the test sees the end. */
export const PROCESS_LIMIT = { timeout: 200_000, killSignal: 'SIGKILL' } as const;

/** Waits for a line. If the pipe closes before, kills the process. */
const WATCH = 'read -r line || kill -9 "$1"';

/** Kills the child, even a stopped one, if this process dies by any signal. Returns its PID. */
export function killWithParent(child: ChildProcess): number {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${child.spawnfile} did not start`);
  const watcher = spawn('sh', ['-c', WATCH, 'sh', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a session of its own, so that Ctrl-C in the terminal does not end it first.
    detached: true,
  });
  child.once('exit', () => watcher.stdin.end('ended\n'));
  return pid;
}
