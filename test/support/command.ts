import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killWithParent, PROCESS_LIMIT } from './process.ts';

const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** a line of shell that runs the command as `"$@"`, such as `ulimit -f 100; exec "$@"` */
  readonly wrap?: string;
  /** default: src/main.ts */
  readonly program?: string;
  /** scripts of test/support/preload that Node loads before the program */
  readonly preloads?: readonly string[];
  /** a file that receives standard output */
  readonly stdout?: number;
}

export interface CommandEnd {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command, in a process of its own. */
export interface Command {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** its standard error so far */
  stderr(): string;
  ended(): Promise<CommandEnd>;
}

/** Starts `sharetrail WORDS` from the checkout, with only these environment variables. */
export function startCommand(words: readonly string[], options: CommandOptions): Command {
  const { cwd, env, wrap, preloads = [], stdout = 'pipe', program: main = MAIN } = options;
  const shell = wrap === undefined ? [] : ['sh', '-c', wrap, 'sh'];
  const [program = NODE, ...args] = [
    ...shell,
    NODE,
    ...preloads.flatMap(preloading),
    main,
    ...words,
  ];
  const child = spawn(program, args, {
    ...PROCESS_LIMIT,
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', stdout, 'pipe'],
  });
  const pid = killWithParent(child);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const end = once(child, 'close').then(([code, signal]) => ({
    code: (signal ?? code) as number | NodeJS.Signals,
    ...texts,
  }));
  return {
    pid,
    kill: (signal) => {
      child.kill(signal);
    },
    stderr: () => texts.stderr,
    ended: () => end,
  };
}

function preloading(script: string): string[] {
  return ['--import', new URL(`./preload/${script}`, import.meta.url).href];
}
