import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { killWithParent, PROCESS_LIMIT } from './process.ts';

const NODE = new URL('../../node_modules/.bin/node', import.meta.url).pathname;

/** A real process that speaks one line at a time, killed when the test ends. */
export interface Child {
  readonly pid: number;
  /** The next line of its standard output; throws with its standard error where it ends first. */
  line(): Promise<string>;
  send(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name, and what it wrote to standard error. */
  ended(): Promise<{ readonly code: number | NodeJS.Signals; readonly stderr: string }>;
}

/**
 * Runs a script of test/support/children with Node itself. `wrap` is a line of shell that runs it
 * as `"$@"`, such as `ulimit -f 100; exec "$@"`.
 */
export function startChild(
  script: string,
  options: { readonly args?: readonly string[]; readonly wrap?: string } = {},
): Child {
  const path = new URL(`./children/${script}`, import.meta.url).pathname;
  const command = [NODE, path, ...(options.args ?? [])];
  const shell = options.wrap === undefined ? [] : ['sh', '-c', options.wrap, 'sh'];
  const [program = NODE, ...args] = [...shell, ...command];
  const child = spawn(program, args, { ...PROCESS_LIMIT, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return speakWith(child);
}

function speakWith(child: ChildProcess): Child {
  const { stdin, stdout, stderr } = child;
  const pid = killWithParent(child);
  if (!stdin || !stdout || !stderr) throw new Error('the process has no pipes');
  let errors = '';
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  // Writing to a killed child fails; `ended` reports its end.
  stdin.on('error', () => {});
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const end = once(child, 'close').then(([code, signal]) => ({
    code: (signal ?? code) as number | NodeJS.Signals,
    stderr: errors,
  }));
  return {
    pid,
    line: async () => {
      const next = await lines.next();
      if (!next.done) return next.value;
      throw new Error(`the process ended: ${(await end).stderr}`);
    },
    send: (line) => {
      stdin.write(`${line}\n`);
    },
    kill: (signal) => {
      child.kill(signal);
    },
    ended: () => end,
  };
}
