import { resolve } from 'node:path';
import type { ReferenceTargets, TargetValue } from './interpolate.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { readTextFile } from './read-text-file.ts';

/** Values by name; an empty one counts as missing. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of `environment`, and files relative to `dir`, each read once. */
export function createReferenceTargets(dir: string, environment: Environment): ReferenceTargets {
  const files = new Map<string, TargetValue>();
  return {
    variable: (name) => {
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (value) return { value };
      const state = value === undefined ? 'is not set' : 'is empty';
      return { problem: `the environment variable ${name} ${state}` };
    },
    file: (path) => {
      const known = files.get(path) ?? readReferenced(path, resolve(dir, path));
      files.set(path, known);
      return known;
    },
  };
}

function readReferenced(path: string, absolutePath: string): TargetValue {
  const read = readTextFile(absolutePath, { bytesMax: CONFIG_LIMITS.referencedBytesMax });
  if ('problem' in read) {
    return { problem: `the file ${path} ${read.problem} (looked for at ${absolutePath})` };
  }
  // An editor or `echo` ends a file with a newline that is no part of the secret.
  const value = read.text.replace(/\r?\n$/, '');
  return value === '' ? { problem: `the file ${path} is empty` } : { value };
}
