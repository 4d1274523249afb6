import { setTimeout as delay } from 'node:timers/promises';
import { type CommandDefinition, EXIT, type Handler } from '../../../src/cli/command.ts';
import { runProcess } from '../../../src/cli/process.ts';
import { writeJson, writeJsonLines } from '../../../src/cli/render.ts';
import { Secret } from '../../../src/lib/secret.ts';

// A program with the real command-line shell and with commands that misbehave in ways that the shell
// must withstand. test/cli/process.test.ts runs it as a child process.

/** keeps the process alive, as a socket would */
const KEEP_ALIVE_MS = 60_000;

const handlers: Readonly<Record<string, Handler>> = {
  held: async () => EXIT.held,
  /** stops as soon as a stop is requested */
  waits: async ({ io, signal }) => {
    await io.out('ready\n');
    await delay(KEEP_ALIVE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    return EXIT.done;
  },
  /** ignores a requested stop */
  stubborn: async ({ io, signal }) => {
    signal.addEventListener('abort', () => void io.out('asked\n'));
    await io.out('ready\n');
    await delay(KEEP_ALIVE_MS);
    return EXIT.done;
  },
  'never-settles': () => new Promise(() => {}),
  floods: async ({ io }) => {
    await writeJsonLines(io, endless());
    return EXIT.needsPerson;
  },
  'answers-much': async ({ io }) => {
    await writeJson(io, { filling: 'x'.repeat(1_000_000), end: 'reached' });
    return EXIT.needsPerson;
  },
  'throws-secret': async () => {
    throw new Error(`login with ${new Secret('s3cret-token').reveal()} failed`);
  },
  'forgets-a-promise': async () => {
    void Promise.reject(new Error(`late ${new Secret('s3cret-token').reveal()}`));
    await delay(KEEP_ALIVE_MS);
    return EXIT.done;
  },
};

function* endless() {
  for (let count = 0; ; count++) yield { count, filling: 'x'.repeat(1_000) };
}

const definitions = Object.entries(handlers).map(
  ([name, handler]): CommandDefinition => ({
    name,
    summary: name,
    description: [],
    arguments: [],
    options: [],
    examples: [],
    exitCodes: {},
    load: async () => handler,
  }),
);

await runProcess(definitions);
