import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { PROCESS_LIMIT } from '../support/process.ts';
import type { TortureRow } from './part.ts';

const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The rows of a part whose product lacks a guard. `only` selects its faults. */
export async function runSabotaged(
  part: string,
  only: string,
  sabotage: Sabotage,
): Promise<readonly TortureRow[]> {
  const preload = new URL('../support/preload/sabotage.ts', import.meta.url).href;
  const script = fileURLToPath(new URL('../support/children/torture-part.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(
    NODE,
    ['--import', preload, script, part, '1', only],
    {
      ...PROCESS_LIMIT,
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { PATH: process.env['PATH'], SABOTAGE: JSON.stringify(sabotage) },
    },
  );
  return JSON.parse(stdout) as readonly TortureRow[];
}
