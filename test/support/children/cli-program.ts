import { setTimeout as delay } from 'node:timers/promises';
import { type CommandDefinition, EXIT, type Handler } from '../../../src/cli/command.ts';
import { runProcess } from '../../../src/cli/run-process.ts';
import { writeJson, writeJsonLines } from '../../../src/cli/terminal/write.ts';
import { Secret } from '../../../src/lib/secret.ts';

// Commands that misbehave, run by the real process code; a child process of
// test/cli/run-process.test.ts.

/** keeps the process alive, as a socket would */
const KEEP_ALIVE_MS = 60_000;

const handlers: Readonly<Record<string, Handler>> = {
  busy: async () => EXIT.busy,
  /** stops on the first signal */
  waits: async ({ io, signal }) => {
    await io.out('ready\n');
    await delay(KEEP_ALIVE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    return EXIT.success;
  },
  /** ignores the first signal */
  stubborn: async ({ io, signal }) => {
    signal.addEventListener('abort', () => void io.out('signaled\n'));
    await io.out('ready\n');
    await delay(KEEP_ALIVE_MS);
    return EXIT.success;
  },
  'never-settles': () => new Promise(() => {}),
  floods: async ({ io }) => {
    await writeJsonLines(io, endless());
    return EXIT.needsAttention;
  },
  'prints-much': async ({ io }) => {
    await writeJson(io, { filling: 'x'.repeat(1_000_000), end: 'reached' });
    return EXIT.needsAttention;
  },
  'throws-secret': async () => {
    throw new Error(`login with ${new Secret('s3cret-token').reveal()} failed`);
  },
  'forgets-a-promise': async () => {
    void Promise.reject(new Error(`late ${new Secret('s3cret-token').reveal()}`));
    await delay(KEEP_ALIVE_MS);
    return EXIT.success;
  },
  /** leaves a timer, as the look-up of a host name would */
  lingers: async ({ io }) => {
    setInterval(() => {}, KEEP_ALIVE_MS);
    await writeJson(io, { filling: 'x'.repeat(1_000_000), end: 'reached' });
    return EXIT.needsAttention;
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
    ...(name === 'lingers' && { exitsAtOnce: true }),
    load: async () => handler,
  }),
);

await runProcess(definitions, process.argv.slice(2));
