import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandOptions } from '../support/command.ts';
import type { Sabotage } from '../support/preload/sabotage.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A guard of the product that the processes run without, as JSON: see test/support/preload. */
const SABOTAGE = process.env['SABOTAGE'];
/** `bundle`: run dist/main.js, which starts in two thirds of the time; a sabotage needs the sources */
export const isBundled = process.env['TORTURE_PROGRAM'] === 'bundle' && SABOTAGE === undefined;

/** Adds the sabotage, if there is one, and what program to run. */
export function childOptions(
  options: Required<Pick<CommandOptions, 'preloads' | 'env'>> & { readonly needsSources: boolean },
): CommandOptions {
  const { preloads, env, needsSources } = options;
  const program = isBundled && !needsSources && { program: BUNDLE };
  if (SABOTAGE === undefined) return { preloads, env, ...program };
  return {
    preloads: ['sabotage.ts', ...preloads],
    env: { ...env, SABOTAGE, SABOTAGE_UNUSED: 'allowed' },
  };
}

/** Throws if the sabotage does not fit the source: the torture would pass with the guard in place. */
export function requireSabotage(): void {
  if (SABOTAGE === undefined) return;
  const { file, find } = JSON.parse(SABOTAGE) as Sabotage;
  const path = fileURLToPath(new URL(`../../src/${file}`, import.meta.url));
  if (!readFileSync(path, 'utf8').includes(find)) {
    throw new Error(`src/${file} does not contain "${find}"`);
  }
}
