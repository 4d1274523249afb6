// Loaded before the program: removes guards from its source, to show what they prevent.
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
const given = JSON.parse(process.env['SABOTAGE'] ?? '') as Sabotage | readonly Sabotage[];
const sabotages = [given].flat();
const unused = new Set(sabotages.map(({ file }) => `src/${file}`));

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = sabotages.filter(({ file }) => url.endsWith(`/src/${file}`));
    if (here.length === 0) return loaded;
    let source = new TextDecoder().decode(toBytes(loaded.source));
    for (const { file, find, put } of here) {
      if (!source.includes(find)) throw new Error(`src/${file} does not contain "${find}"`);
      unused.delete(`src/${file}`);
      source = source.replace(find, put);
    }
    return { ...loaded, source };
  },
});

// A file that was moved or is not loaded leaves the guard in place: the control would show nothing.
process.once('exit', () => {
  if (unused.size === 0 || isUnusedAllowed) return;
  process.stderr.write(`sabotage: ${[...unused]} was never loaded\n`);
  process.exitCode = EXIT_UNUSED;
});
// A process that kills itself (kill-at.ts) has no exit event.
const kill = process.kill.bind(process);
process.kill = (pid, signal) => {
  if (pid === process.pid && unused.size > 0 && !isUnusedAllowed) {
    throw new Error(`${[...unused]} was never loaded`);
  }
  return kill(pid, signal);
};

function toBytes(source: unknown): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : (source as Uint8Array);
}
