import { statSync } from 'node:fs';
import type { AsTyped } from '../../lib/as-typed.ts';
import { asTypedWith } from './as-typed.ts';
import { commandPrefix } from './command-prefix.ts';

/** How the user of this process types commands. */
export function asTypedHere(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AsTyped {
  const prefix = commandPrefix({
    script: process.argv[1] ?? 'sharetrail',
    node: process.argv0,
    nodeOptions: process.execArgv,
    workingDirectory: process.cwd(),
    environment,
    isFile,
  });
  return asTypedWith(prefix, words);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
