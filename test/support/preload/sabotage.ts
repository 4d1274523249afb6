// Loaded before the program: removes a guard from its source, to show what the guard prevents.
import { registerHooks } from 'node:module';

/** A change to the text of one source file. */
export interface Sabotage {
  /** path relative to src */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const { file, find, put } = JSON.parse(process.env['SABOTAGE'] ?? '') as Sabotage;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/src/${file}`)) return loaded;
    const source = new TextDecoder().decode(toBytes(loaded.source));
    if (!source.includes(find)) throw new Error(`${file} does not contain "${find}"`);
    return { ...loaded, source: source.replace(find, put) };
  },
});

function toBytes(source: unknown): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : (source as Uint8Array);
}
