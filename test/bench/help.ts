/** Compares the time of the published `--help` with the time of an empty Node process. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from './measure.ts';

const RUNS = 21;
const main = new URL('../../dist/main.js', import.meta.url).pathname;
const empty = join(tmpdir(), 'sharetrail-empty.mjs');
writeFileSync(empty, '');

const ratios: number[] = [];
for (let run = 0; run <= RUNS; run += 1) {
  const ratio = millisecondsOf([main, '--help']) / millisecondsOf([empty]);
  // The first run fills the caches.
  if (run > 0) ratios.push(ratio);
}
ratios.sort((a, b) => a - b);
print(`--help over an empty process, ${RUNS} pairs: median ${ratios[RUNS >> 1]?.toFixed(2)}`);

function millisecondsOf(words: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words);
  if (status !== 0) throw new Error(`${words.join(' ')} failed: ${stderr}`);
  return performance.now() - startedAt;
}
