import { setTimeout as delay } from 'node:timers/promises';
import { type CommandDefinition, EXIT, type Handler } from '../../../src/cli/command.ts';
import { runProcess } from '../../../src/cli/process.ts';
import { writeJson, writeJsonLines } from '../../../src/cli/terminal/write.ts';
import { Secret } from '../../../src/lib/secret.ts';

// A program of its own over the real shell: commands that misbehave in the ways that a shell must
// withstand. Run as a child process by test/cli/process.test.ts.

/** keeps the process alive, as a socket would */
const FOREVER_MS = 60_000;

const handlers: Readonly<Record<string, Handler>> = {
  held: async () => EXIT.busy,
  /** stops as soon as it is asked to */
  waits: async ({ io, signal }) => {
    await io.out('ready\n');
    await delay(FOREVER_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    return EXIT.success;
  },
  /** is asked to stop and does not */
  stubborn: async ({ io, signal }) => {
    signal.addEventListener('abort', () => void io.out('asked\n'));
    await io.out('ready\n');
    await delay(FOREVER_MS);
    return EXIT.success;
  },
  'never-settles': () => new Promise(() => {}),
  floods: async ({ io }) => {
    await writeJsonLines(io, endless());
    return EXIT.needsAttention;
  },
  'answers-much': async ({ io }) => {
    await writeJson(io, { filling: 'x'.repeat(1_000_000), end: 'reached' });
    return EXIT.needsAttention;
  },
  'throws-secret': async () => {
    throw new Error(`login with ${new Secret('s3cret-token').reveal()} failed`);
  },
  'forgets-a-promise': async () => {
    void Promise.reject(new Error(`late ${new Secret('s3cret-token').reveal()}`));
    await delay(FOREVER_MS);
    return EXIT.success;
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
