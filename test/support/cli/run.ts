import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { killWithParent, PROCESS_LIMIT } from '../process.ts';

/** The program, as Node runs it from a checkout. */
export const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
/** Commands that misbehave. */
export const FIXTURE = fileURLToPath(new URL('../children/cli-program.ts', import.meta.url));

export interface Ended {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Resolves once standard output contains the text. */
  printed(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the pipe that the process writes to, as `head` does. */
  stopReading(): void;
  ended(): Promise<Ended>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** a file descriptor to use as standard output */
  readonly stdout?: number;
}

/** Starts a script in a process that has only these environment variables. */
export function start(
  script: string,
  words: readonly string[],
  options: StartOptions = {},
): Running {
  const child = spawn(process.execPath, [script, ...words], {
    ...PROCESS_LIMIT,
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', options.stdout ?? 'pipe', 'pipe'],
  });
  killWithParent(child);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const read = collect(child);
  const end = once(child, 'close').then(([code, signal]) => ({
    code: (signal ?? code) as number | NodeJS.Signals,
    ...read(),
  }));
  return {
    printed: async (text) => {
      while (!read().stdout.includes(text)) if (child.stdout) await once(child.stdout, 'data');
    },
    kill: (signal) => {
      child.kill(signal);
    },
    stopReading: () => {
      child.stdout?.destroy();
    },
    ended: () => end,
  };
}

export function run(
  script: string,
  words: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  return start(script, words, options).ended();
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return () => texts;
}
