// Loaded before the program: removes a guard from its source, to show what the guard prevents.
import { registerHooks } from 'node:module';

/** A change to the text of one source file. */
export interface Sabotage {
  /** path relative to src */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const EXIT_UNUSED = 99;

/** Several commands run with one sabotage, and not each of them loads the file. */
const isUnusedAllowed = process.env['SABOTAGE_UNUSED'] === 'allowed';
const { file, find, put } = JSON.parse(process.env['SABOTAGE'] ?? '') as Sabotage;
let isLoaded = false;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/src/${file}`)) return loaded;
    const source = new TextDecoder().decode(toBytes(loaded.source));
    if (!source.includes(find)) throw new Error(`src/${file} does not contain "${find}"`);
    isLoaded = true;
    return { ...loaded, source: source.replace(find, put) };
  },
});

// A file that was moved or is not loaded leaves the guard in place: the control would show nothing.
process.once('exit', () => {
  if (isLoaded || isUnusedAllowed) return;
  process.stderr.write(`sabotage: src/${file} was never loaded\n`);
  process.exitCode = EXIT_UNUSED;
});
// A process that kills itself (kill-at.ts) has no exit event.
const kill = process.kill.bind(process);
process.kill = (pid, signal) => {
  if (pid === process.pid && !isLoaded && !isUnusedAllowed)
    throw new Error(`src/${file} was never loaded`);
  return kill(pid, signal);
};

function toBytes(source: unknown): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : (source as Uint8Array);
}
